import assert from "node:assert/strict";
import process from "node:process";
import test from "node:test";
import * as store from "../src/stores/postgres.ts";
import { refusal, startApp, withFile } from "./start.ts";

const skip = !process.env.DATABASE_URL && "DATABASE_URL is not set";
const path = "/api/items";

interface Item {
  id: number;
  title: string;
  job_id: string | null;
}

test("postgres: an item is created, listed first and found", { skip }, async (t) => {
  const app = await startApp(t, [store]);
  const created = await app.inject({ method: "POST", url: path, payload: { title: "Größe 🎉" } });
  assert.equal(created.statusCode, 201);
  const item = created.json<Item>();
  assert.equal(item.title, "Größe 🎉");
  assert.equal(item.job_id, null);

  const list = await app.inject(path);
  assert.equal(list.json<Item[]>()[0]?.id, item.id);
  const found = await app.inject(`${path}/${item.id}`);
  assert.deepEqual(found.json(), item);
});

test("postgres: a title has 1 to 200 characters", { skip }, async (t) => {
  const app = await startApp(t, [store]);
  for (const payload of [{}, { title: "" }, { title: 7 }, { title: "x".repeat(201) }, { title: "a\0b" }]) {
    const answer = await app.inject({ method: "POST", url: path, payload });
    assert.equal(answer.statusCode, 422, JSON.stringify(payload));
    assert.match(answer.json<{ message: string }>().message, /^title: /);
  }
  const longest = await app.inject({ method: "POST", url: path, payload: { title: "🎉".repeat(200) } });
  assert.equal(longest.statusCode, 201);
});

test("postgres: an item that does not exist is not found", { skip }, async (t) => {
  const app = await startApp(t, [store]);
  for (const id of ["0", "-1", "abc", "99999999999999999999"]) {
    assert.equal((await app.inject(`${path}/${id}`)).statusCode, 404, id);
  }
});

test("postgres: without the database the service lives and is not ready", async (t) => {
  const app = await startApp(t, [store], { DATABASE_URL: "postgresql://app@127.0.0.1:1/app" });
  assert.equal((await app.inject("/health")).statusCode, 200);
  const ready = await app.inject("/ready");
  assert.equal(ready.statusCode, 503);
  assert.deepEqual(ready.json(), { status: "unavailable", checks: { "postgres": "failed" } });
  assert.equal((await app.inject(path)).statusCode, 503);
});

test("postgres: production refuses the password of a developer's machine", (t) => {
  const file = withFile(t, "development-only-password\n");
  assert.match(
    refusal({ ENVIRONMENT: "production", DATABASE_PASSWORD_FILE: file }),
    /^DATABASE_PASSWORD: /m,
  );
});
