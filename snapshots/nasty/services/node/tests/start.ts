import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { TestContext } from "node:test";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../src/app.ts";
import { readSettings } from "../src/settings.ts";
import type { StoreModule } from "../src/stores.ts";

/** What the tests run with: the stores' addresses come from outside. */
export function environment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    QUOTES: "it's \"quoted\" and `ticked`",
    BACKSLASH: "C:\\new\\table",
    LINES: "one\ntwo\n",
    DOLLAR: "$HOME ${HOME} $$ $(id)",
    EMOJI: "🦀 é ü",
    ...process.env,
    ENVIRONMENT: "test",
    LOG_LEVEL: "error",
    SERVICE_NAME: "node",
    PORT: "8080",
    BASE_PATH: "/api",
    WEBSOCKET_PATH: "/ws",
    ...changes,
  };
}

/** An application that is closed when the test ends. */
export async function startApp(
  t: TestContext,
  stores: StoreModule[] = [],
  changes: NodeJS.ProcessEnv = {},
): Promise<FastifyInstance> {
  const app = await buildApp(readSettings(environment(changes), stores), stores);
  t.after(() => app.close());
  return app;
}

/** The same behind a real port; gives `host:port`. */
export async function listen(app: FastifyInstance): Promise<string> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  return `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

/** What the service says on stderr when it refuses to start. */
export function refusal(changes: NodeJS.ProcessEnv): string {
  const env = environment(changes);
  const { status, stderr } = spawnSync(process.execPath, ["src/main.ts"], { env, encoding: "utf8" });
  assert.equal(status, 1);
  return stderr;
}

/** The path of a file with this content, for as long as the test runs. */
export function withFile(t: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "secret");
  writeFileSync(file, content);
  return file;
}
