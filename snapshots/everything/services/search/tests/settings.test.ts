import assert from "node:assert/strict";
import test from "node:test";
import { refusal } from "./start.ts";

test("all mistakes in the settings are told at once", () => {
  const told = refusal({ ENVIRONMENT: "moon", PORT: "0", BASE_PATH: "api/" });
  for (const name of ["ENVIRONMENT", "PORT", "BASE_PATH"]) {
    assert.match(told, new RegExp(`^${name}: `, "m"));
  }
});
