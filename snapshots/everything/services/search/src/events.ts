import type { WebSocket } from "@fastify/websocket";
import type { FastifyBaseLogger } from "fastify";

export interface Event {
  type: string;
  [field: string]: unknown;
}

/** Carries an event to every replica of this service, this one included. */
export type Relay = (event: string) => Promise<unknown>;

const PING_MS = 30_000;
/** A client this far behind is dropped rather than buffered for. */
const MAX_BEHIND_BYTES = 1024 * 1024;

/** The open websockets, and the way of an event to all of them. */
export class Events {
  readonly #clients = new Set<WebSocket>();
  readonly #log: FastifyBaseLogger;
  #relay: Relay | undefined;

  constructor(log: FastifyBaseLogger) {
    this.#log = log;
  }

  /** From now on events go through `relay`, which comes back with them through `deliver`. */
  relayThrough(relay: Relay): void {
    this.#relay = relay;
  }

  /** Announces an event; never fails, because what it tells has already happened. */
  async publish(event: Event): Promise<void> {
    const text = JSON.stringify(event);
    try {
      if (this.#relay) await this.#relay(text);
      else this.deliver(text);
    } catch (error) {
      this.#log.warn({ err: error }, "event reaches only the clients of this replica");
      this.deliver(text);
    }
  }

  /** Sends an event to the clients of this replica. */
  deliver(text: string): void {
    for (const client of this.#clients) {
      if (client.bufferedAmount > MAX_BEHIND_BYTES) client.terminate();
      else client.send(text);
    }
  }

  attach(client: WebSocket, log: FastifyBaseLogger): void {
    this.#clients.add(client);
    log.info("websocket opened");

    // A client that left without a word is found by its silence.
    let alive = true;
    const pings = setInterval(() => {
      if (!alive) return client.terminate();
      alive = false;
      client.ping();
    }, PING_MS);

    client.on("pong", () => (alive = true));
    client.on("message", (data, isBinary) => {
      client.send(data, { binary: isBinary });
    });
    client.on("error", (error) => log.warn({ err: error }, "websocket failed"));
    client.on("close", (code) => {
      clearInterval(pings);
      this.#clients.delete(client);
      log.info({ code }, "websocket closed");
    });
  }

  /** 1001: the server goes away; clients connect again, to another replica. */
  close(): void {
    for (const client of this.#clients) client.close(1001, "shutting down");
  }
}
