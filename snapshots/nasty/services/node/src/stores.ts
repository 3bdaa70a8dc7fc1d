import { readdir } from "node:fs/promises";
import { extname } from "node:path";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { z } from "zod";
import type { Events } from "./events.ts";

/** Something outside of this process that keeps data: what each file in stores/ gives. */
export interface Store {
  /** As it is called in the answer of /ready. */
  name: string;
  /** Resolves when the store answers. */
  ping(): Promise<unknown>;
  /** Adds the routes that need this store; paths begin below BASE_PATH. */
  routes(app: FastifyInstance): void | Promise<void>;
  close(): Promise<unknown>;
}

/** What a file in stores/ exports. */
export interface StoreModule {
  /** What it reads from the environment. */
  settings: z.ZodRawShape;
  /** Does not wait for the store: a service whose store is away starts, and is not ready. */
  open(settings: never, context: StoreContext): Store;
}

export interface StoreContext {
  log: FastifyBaseLogger;
  events: Events;
  /** The name of this service, for the store's own list of its clients. */
  service: string;
}

/** The values of a module's settings. */
export type Values<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

export class StoreUnavailable extends Error {
  readonly statusCode = 503;

  constructor(name: string, cause: unknown) {
    super(`${name} does not answer`, { cause });
  }
}

/** All files in stores/, in the order of their names. */
export async function findStores(): Promise<StoreModule[]> {
  const folder = new URL("stores/", import.meta.url);
  const files = await readdir(folder).catch(() => []);
  return Promise.all(
    files
      // .ts while developing, .js once compiled.
      .filter((file) => extname(file) === extname(import.meta.filename))
      .sort()
      .map(async (file) => (await import(new URL(file, folder).href)) as StoreModule),
  );
}

/** Rejects when `work` takes longer. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
