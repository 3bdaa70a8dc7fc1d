import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import { listen, startApp } from "./start.ts";

test("health, readiness and metrics stand at the root", async (t) => {
  const app = await startApp(t);
  assert.deepEqual((await app.inject("/health")).json(), { status: "ok" });
  assert.deepEqual((await app.inject("/ready")).json(), { status: "ready", checks: {} });
  const metrics = await app.inject("/metrics");
  assert.match(metrics.body, /http_requests_total\{method="GET",route="\/health",status="200"\} 1/);
  assert.match(metrics.body, /http_request_duration_seconds_bucket\{le="0.1",method="GET",route="\/ready"\} 1/);
});

test("info tells the service and its environment", async (t) => {
  const app = await startApp(t);
  assert.deepEqual((await app.inject("/api/info")).json(), {
    service: "node",
    environment: "test",
  });
});

test("an unknown path is a 404 and one series in the metrics", async (t) => {
  const app = await startApp(t);
  const answer = await app.inject("/api/no/such/path");
  assert.equal(answer.statusCode, 404);
  assert.deepEqual(answer.json(), { message: "not found" });
  assert.match((await app.inject("/metrics")).body, /route="unmatched",status="404"\} 1/);
});

test("a sane request id is kept, any other replaced", async (t) => {
  const app = await startApp(t);
  const kept = await app.inject({ url: "/health", headers: { "x-request-id": "abc-123" } });
  assert.equal(kept.headers["x-request-id"], "abc-123");
  const replaced = await app.inject({ url: "/health", headers: { "x-request-id": 'x" level="error' } });
  assert.match(String(replaced.headers["x-request-id"]), /^[0-9a-f-]{36}$/);
});

test("a websocket echoes, and is told when the service stops", async (t) => {
  const app = await startApp(t);
  const socket = new WebSocket(`ws://${await listen(app)}/ws`);
  await once(socket, "open");
  socket.send("hello");
  const [message] = (await once(socket, "message")) as [MessageEvent];
  assert.equal(message.data, "hello");

  const closed = once(socket, "close");
  await app.close();
  const [close] = (await closed) as [CloseEvent];
  assert.equal(close.code, 1001);
});
