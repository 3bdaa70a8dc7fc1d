import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import websocket from "@fastify/websocket";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import { z } from "zod";
import { Events } from "./events.ts";
import { createLogger, RequestLog } from "./logging.ts";
import { Metrics } from "./metrics.ts";
import type { Settings } from "./settings.ts";
import { type StoreModule, within } from "./stores.ts";

const READY_TIMEOUT_MS = 2_000;
const MALFORMED = new Set(["FST_ERR_CTP_EMPTY_JSON_BODY", "FST_ERR_CTP_INVALID_JSON_BODY"]);

export async function buildApp(settings: Settings, modules: StoreModule[] = []): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: createLogger(settings),
    logController: new RequestLog(),
    genReqId: requestId,
    // Longer than the 60 s for which nginx keeps a connection, so that it is nginx who closes it.
    keepAliveTimeout: 75_000,
    // What still comes in on an open connection during shutdown is answered like any other request.
    return503OnClosing: false,
  });
  const metrics = new Metrics();
  const events = new Events(app.log);
  const stores = modules.map((module) =>
    module.open(settings as never, { log: app.log, events, service: settings.SERVICE_NAME }),
  );

  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });

  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });

  app.addHook("onSend", async (_request, reply) => {
    // A connection that stays open would hold up the shutdown.
    if (closing) reply.header("connection", "close");
  });

  app.addHook("onResponse", async (request, reply) => {
    const route = request.is404 ? "unmatched" : (request.routeOptions.url ?? "unmatched");
    metrics.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
  });

  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof z.ZodError) {
      return reply.code(422).send({ message: describe(error) });
    }
    if (MALFORMED.has(error.code)) {
      return reply.code(422).send({ message: error.message });
    }
    const status = error.statusCode ?? 500;
    if (status === 503) request.log.warn({ err: error }, "request failed");
    else if (status >= 500) request.log.error({ err: error }, "request failed");
    // What went wrong inside is for the log, not for the caller.
    return reply.code(status).send({ message: status === 500 ? "internal server error" : error.message });
  });

  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ message: "not found" }));

  app.get("/health", () => ({ status: "ok" }));

  app.get("/ready", async (request, reply) => {
    const checks: Record<string, "ok" | "failed"> = {};
    await Promise.all(
      stores.map(async (store) => {
        checks[store.name] = "failed";
        try {
          await within(READY_TIMEOUT_MS, store.ping());
          checks[store.name] = "ok";
        } catch (error) {
          request.log.warn({ err: error, store: store.name }, "store does not answer");
        }
      }),
    );
    const ready = Object.values(checks).every((check) => check === "ok");
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "unavailable", checks });
  });

  app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));

  if (settings.WEBSOCKET_PATH) {
    await app.register(websocket, {
      options: { maxPayload: 64 * 1024 },
      preClose(done) {
        events.close();
        this.websocketServer.close(done);
      },
    });
    app.register((scope, _options, done) => {
      scope.get(settings.WEBSOCKET_PATH, { websocket: true }, (socket, request) => {
        events.attach(socket, request.log);
      });
      done();
    });
  }

  app.register(
    async (api) => {
      api.get("/info", () => ({
        service: settings.SERVICE_NAME,
        environment: settings.ENVIRONMENT,
      }));
      for (const store of stores) await store.routes(api);
    },
    { prefix: settings.BASE_PATH },
  );

  app.addHook("onClose", async () => {
    await Promise.all(stores.map((store) => store.close()));
  });

  return app;
}

/** The caller's request id where it is harmless in a log, else a new one. */
function requestId(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => [...issue.path.map(String), issue.message].join(": ")).join("; ");
}
