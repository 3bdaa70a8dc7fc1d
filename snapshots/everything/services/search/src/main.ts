import process from "node:process";
import { buildApp } from "./app.ts";
import { readSettings } from "./settings.ts";
import { findStores } from "./stores.ts";

/** How long requests in hand may take to finish; the container is killed 10 s later. */
const SHUTDOWN_MS = 20_000;

const stores = await findStores();
const settings = readSettings(process.env, stores);
const app = await buildApp(settings, stores);

async function shutDown(signal: string): Promise<void> {
  app.log.info({ signal }, "shutting down");
  setTimeout(() => {
    app.log.warn("requests are still in hand: cutting them off");
    app.server.closeAllConnections();
  }, SHUTDOWN_MS).unref();
  await app.close();
  app.log.info("stopped");
  process.exit(0);
}

process.once("SIGTERM", (signal) => void shutDown(signal));
process.once("SIGINT", (signal) => void shutDown(signal));

try {
  await app.listen({ host: "0.0.0.0", port: settings.PORT });
} catch (error) {
  app.log.fatal({ err: error }, "cannot listen");
  process.exit(1);
}
