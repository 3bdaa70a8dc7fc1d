import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { log } from "./log.ts";
import { countRequest } from "./metrics.ts";
import { PROBE_HEADER, PROBES } from "./probes.ts";
import { routeOf } from "./routes.ts";

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  server: Server;
}

/** How long requests in hand may take to finish; the container is killed 10 s later. */
const SHUTDOWN_MS = 20_000;

/**
 * Logs and counts each request, and sees to a clean end. Next.js owns the HTTP server and shows it to nobody, but Node
 * announces every request before Next.js gets it.
 */
export function observeRequests(basePath: string): void {
  let server: Server | undefined;
  let stopping = false;

  subscribe("http.server.request.start", (message) => {
    const { request, response, server: announced } = message as Exchange;
    server = announced;
    const started = performance.now();
    const path = request.url?.split("?", 1)[0] ?? "";
    const id = requestId(request);
    // For pages, which pass it on to the APIs, and for the caller.
    request.headers["x-request-id"] = id;
    response.setHeader("x-request-id", id);
    if (stopping) response.setHeader("connection", "close");

    // Probes ask at the root of the port. Below the base path anybody can ask, and src/proxy.ts turns them away.
    const probe = PROBES.includes(path);
    delete request.headers[PROBE_HEADER];
    if (probe) {
      request.headers[PROBE_HEADER] = "1";
      request.url = basePath + path;
    }

    response.once("close", () => {
      const milliseconds = performance.now() - started;
      const route = probe ? path : response.statusCode === 404 ? "unmatched" : routeOf(path, basePath);
      countRequest(request.method ?? "", route, response.statusCode, milliseconds / 1000);
      log[probe || route === "/_next" ? "debug" : "info"](
        {
          request_id: id,
          method: request.method,
          path,
          status: response.statusCode,
          duration_ms: Math.round(milliseconds * 1000) / 1000,
        },
        response.writableFinished ? "request" : "request aborted",
      );
      if (stopping) setImmediate(() => server?.closeIdleConnections());
    });
  });

  // Next.js closes the server and ends the process, which it would not do while a connection stays open.
  process.once("SIGTERM", () => {
    stopping = true;
    log.info("shutting down");
    setTimeout(() => {
      log.warn("requests are still in hand: cutting them off");
      server?.closeAllConnections();
    }, SHUTDOWN_MS).unref();
    process.once("exit", () => {
      // Next.js would say 143, but everything has been finished.
      process.exitCode = 0;
    });
  });
}

/** The caller's request id where it is harmless in a log, else a new one. */
function requestId(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}
