import { NextRequest } from "next/server";
import { expect, test } from "vitest";
import { proxy } from "../src/proxy.ts";

const ask = (path: string, headers = {}) => proxy(new NextRequest(`http://localhost${path}`, { headers }));

test("each page has a nonce of its own", () => {
  const policy = ask("/").headers.get("content-security-policy");
  expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/]{22}==' 'strict-dynamic';/);
  expect(policy).not.toContain("unsafe-inline");
  expect(ask("/").headers.get("content-security-policy")).not.toBe(policy);
});

test("probes are answered at the root of the port only", () => {
  expect(ask("/metrics", { "x-probe": "1" }).status).toBe(200);
  expect(ask("/metrics").status).toBe(404);
});
