// The container's health: exit 0 when /health answers 200. Plain JavaScript, because every image runs it as it is.
import { get } from "node:http";

get({ host: "127.0.0.1", port: process.env.PORT, path: "/health" }, ({ statusCode }) => {
  process.exit(statusCode === 200 ? 0 : 1);
}).on("error", () => process.exit(1));
