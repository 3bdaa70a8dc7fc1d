import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import { pino } from "pino";
import type { Settings } from "./settings.ts";

const PROBES = new Set(["/health", "/ready", "/metrics"]);

/** One JSON object a line on stdout, in the field names that all services of this stack share. */
export function createLogger(settings: Settings): FastifyBaseLogger {
  return pino({
    level: settings.LOG_LEVEL === "warning" ? "warn" : settings.LOG_LEVEL,
    base: { service: settings.SERVICE_NAME },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label === "warn" ? "warning" : label }),
    },
  });
}

/** One line for each request, when it has been answered. */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: "request_id" });
  }

  override incomingRequest(): void {
    // Told together with the answer.
  }

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    // Without the query, which may hold what no log should.
    const path = request.url.split("?", 1)[0] ?? "";
    request.log[PROBES.has(path) ? "debug" : "info"](
      {
        method: request.method,
        path,
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
        ...(error && { err: error }),
      },
      "request",
    );
  }
}
