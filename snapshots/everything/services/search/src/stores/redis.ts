import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { z } from "zod";
import { secret } from "../settings.ts";
import { type Store, type StoreContext, StoreUnavailable, type Values, within } from "../stores.ts";

export const settings = {
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must be a redis:// URL" }),
  REDIS_PASSWORD: secret,
};

const TIMEOUT_MS = 2_000;
/** How long a job and its state are kept. */
const KEPT_SECONDS = 24 * 60 * 60;

const NewJob = z.object({
  kind: z.enum(["echo", "item"]),
  payload: z.record(z.string(), z.unknown()),
});

export function open(values: Values<typeof settings>, context: StoreContext): Store {
  const client = connect(values, context);
  // Subscribing takes a connection of its own.
  const subscriber = connect(values, context);

  // Every replica hears of what happens in any of them, and in the workers.
  const deliver = (text: string) => context.events.deliver(text);
  subscriber.on("ready", () => {
    subscriber.subscribe("events", deliver).catch((error: unknown) => {
      context.log.warn({ err: error }, "redis: cannot subscribe");
    });
  });
  context.events.relayThrough((text) => answer(client.publish("events", text)));

  return {
    name: "redis",
    ping: () => client.ping(),
    close: async () => {
      client.destroy();
      subscriber.destroy();
    },
    routes(app) {
      // Workers take the jobs from the stream and write their results to the hash.
      app.post("/jobs", async (request, reply) => {
        const { kind, payload } = NewJob.parse(request.body);
        const id = randomUUID();
        const now = new Date();
        await answer(
          client
            .multi()
            .hSet(`job:${id}`, { kind, status: "queued", updated_at: now.toISOString() })
            .expire(`job:${id}`, KEPT_SECONDS)
            .xAdd(
              "jobs",
              "*",
              { id, kind, payload: JSON.stringify(payload), request_id: request.id },
              // An entry whose state is gone is of no use: without a limit the stream would grow for ever.
              {
                TRIM: {
                  strategy: "MINID",
                  strategyModifier: "~",
                  threshold: now.getTime() - KEPT_SECONDS * 1000,
                },
              },
            )
            .exec(),
        );
        return reply.code(202).send({ id, status: "queued" });
      });

      app.get<{ Params: { id: string } }>("/jobs/:id", async (request, reply) => {
        const { id } = request.params;
        const { kind, status, result } = await answer(client.hGetAll(`job:${id}`));
        if (!status) return reply.callNotFound();
        return { id, kind, status, result: result ? (JSON.parse(result) as unknown) : null };
      });
    },
  };
}

function connect(values: Values<typeof settings>, { log, service }: StoreContext) {
  const client = createClient({
    url: values.REDIS_URL,
    password: values.REDIS_PASSWORD || undefined,
    name: service,
    // Without a connection a command fails at once instead of waiting for one.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: TIMEOUT_MS,
      reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, 5_000),
    },
  });
  let lost = false;
  client.on("error", (error: Error) => {
    if (!lost) log.warn({ err: error }, "redis: no connection");
    lost = true;
  });
  client.on("ready", () => {
    if (lost) log.info("redis: connected again");
    lost = false;
  });
  // Tries for ever; it fails only when the service stops before it has succeeded.
  client.connect().catch(() => undefined);
  return client;
}

async function answer<T>(command: Promise<T>): Promise<T> {
  try {
    return await within(TIMEOUT_MS, command);
  } catch (error) {
    throw new StoreUnavailable("redis", error);
  }
}
