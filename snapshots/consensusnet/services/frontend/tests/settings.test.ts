import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { readSettings } from "../src/server/settings.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What is told when the service refuses to start. */
function refusal(env: Record<string, string | undefined>): string {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  let told = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    told += String(text);
    return true;
  });
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  expect(() => readSettings({ API_URL: z.url() })).toThrow("exit 1");
  return told;
}

test("all mistakes in the settings are told at once", () => {
  const told = refusal({ ENVIRONMENT: "moon", PORT: "0", BASE_PATH: "/elsewhere", API_URL: "nowhere" });
  for (const name of ["ENVIRONMENT", "PORT", "BASE_PATH", "API_URL"]) {
    expect(told).toMatch(new RegExp(`^${name}: `, "m"));
  }
});
