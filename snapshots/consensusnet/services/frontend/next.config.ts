import type { NextConfig } from "next";

const basePath = process.env.BASE_PATH ?? "";

const config: NextConfig = {
  output: "standalone",
  // The build writes it into pages and assets, so an image serves one base path; at start it is compared with BASE_PATH.
  basePath,
  env: { BUILT_FOR: basePath },
  poweredByHeader: false,
  // Kept out of the bundles: there must be one registry of metrics in the process.
  serverExternalPackages: ["pino", "prom-client"],
  // src/server/requests.ts logs them.
  logging: { incomingRequests: false },
  // Where a developer's browser finds the proxy in front.
  allowedDevOrigins: ["127.0.0.1", "localhost"],
};

export default config;
