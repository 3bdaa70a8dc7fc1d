import { expect, test } from "vitest";
import { GET as health } from "../src/app/health/route.ts";
import { GET as metrics } from "../src/app/metrics/route.ts";
import { GET as ready } from "../src/app/ready/route.ts";
import { countRequest } from "../src/server/metrics.ts";

test("the service is healthy and ready", async () => {
  expect(await health().json()).toEqual({ status: "ok" });
  expect(await ready().json()).toEqual({ status: "ready", checks: {} });
});

test("requests are counted", async () => {
  countRequest("GET", "/", 200, 0.02);
  const answer = await metrics();
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
  const text = await answer.text();
  expect(text).toContain('http_requests_total{method="GET",route="/",status="200"} 1');
  expect(text).toContain('http_request_duration_seconds_bucket{le="0.025",method="GET",route="/"} 1');
});
