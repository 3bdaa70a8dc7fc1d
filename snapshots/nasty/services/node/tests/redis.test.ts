import assert from "node:assert/strict";
import { once } from "node:events";
import process from "node:process";
import test from "node:test";
import { createClient } from "redis";
import { readSettings } from "../src/settings.ts";
import * as store from "../src/stores/redis.ts";
import { environment, listen, refusal, startApp, withFile } from "./start.ts";

const skip = !process.env.REDIS_URL && "REDIS_URL is not set";
const path = "/api/jobs";
/** The connection is made in the background. */
const WAIT = { timeout: 5_000 };

interface Job {
  id: string;
  status: string;
}

async function connect(t: test.TestContext) {
  const values = readSettings(environment(), [store]);
  const client = createClient({
    url: values.REDIS_URL,
    password: values.REDIS_PASSWORD || undefined,
  });
  await client.connect();
  t.after(() => client.destroy());
  return client;
}

test("redis: a job is queued, and its result is found", { skip }, async (t) => {
  const client = await connect(t);
  const app = await startApp(t, [store]);
  await t.waitFor(async () => assert.equal((await app.inject("/ready")).statusCode, 200), WAIT);
  const payload = { text: "hello" };
  const queued = await app.inject({
    method: "POST",
    url: path,
    headers: { "x-request-id": "test-request" },
    payload: { kind: "echo", payload },
  });
  assert.equal(queued.statusCode, 202);
  const { id, status } = queued.json<Job>();
  assert.equal(status, "queued");

  const entries = await client.xRange("jobs", "-", "+");
  const entry = entries?.find(({ message }) => message.id === id);
  assert.ok(entry);
  await client.xDel("jobs", entry.id);
  assert.deepEqual(
    { ...entry.message },
    { id, kind: "echo", payload: JSON.stringify(payload), request_id: "test-request" },
  );

  await client.hSet(`job:${id}`, { status: "done", result: JSON.stringify(payload) });
  const done = await app.inject(`${path}/${id}`);
  assert.deepEqual(done.json(), { id, kind: "echo", status: "done", result: payload });
});

test("redis: what is no job is refused", { skip }, async (t) => {
  const app = await startApp(t, [store]);
  for (const payload of [{}, { kind: "dance", payload: {} }, { kind: "echo" }, { kind: "echo", payload: [] }]) {
    const answer = await app.inject({ method: "POST", url: path, payload });
    assert.equal(answer.statusCode, 422, JSON.stringify(payload));
  }
  await t.waitFor(async () => assert.equal((await app.inject(`${path}/none`)).statusCode, 404), WAIT);
});

test("redis: an event of another process reaches the websockets", { skip }, async (t) => {
  const client = await connect(t);
  const app = await startApp(t, [store]);
  const socket = new WebSocket(`ws://${await listen(app)}/ws`);
  await once(socket, "open");
  const received: unknown[] = [];
  socket.onmessage = ({ data }) => received.push(data);
  const event = JSON.stringify({ type: "item.created", item: { id: 1, title: "x" } });
  await t.waitFor(async () => {
    await client.publish("events", event);
    assert.ok(received.includes(event));
  }, WAIT);
});

test("redis: without the store the service lives and is not ready", async (t) => {
  const app = await startApp(t, [store], { REDIS_URL: "redis://127.0.0.1:1/0" });
  assert.equal((await app.inject("/health")).statusCode, 200);
  const ready = await app.inject("/ready");
  assert.equal(ready.statusCode, 503);
  assert.deepEqual(ready.json(), { status: "unavailable", checks: { "redis": "failed" } });
  assert.equal((await app.inject(`${path}/any`)).statusCode, 503);
});

test("redis: production refuses the password of a developer's machine", (t) => {
  const file = withFile(t, "development-only-password\n");
  assert.match(
    refusal({ ENVIRONMENT: "production", REDIS_PASSWORD_FILE: file }),
    /^REDIS_PASSWORD: /m,
  );
});
