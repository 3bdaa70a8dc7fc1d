import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Section from "../src/apis/api/section.tsx";

const api = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

vi.mock("next/headers", () => ({ headers: () => Promise.resolve(new Headers({ "x-request-id": "abc" })) }));

beforeEach(() => {
  vi.stubEnv("API_URL", "http://api.test");
  vi.stubGlobal("fetch", api);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

test("the page comes with the items", async () => {
  api.mockImplementation(() =>
    Promise.resolve(Response.json([{ id: 1, title: "a <b>", job_id: null, created_at: "2026-01-02T03:04:05Z" }])),
  );
  const html = renderToStaticMarkup(await Section());
  expect(html).toContain("<li>a &lt;b&gt;");
  expect(html).toContain("2026-01-02 03:04 UTC");
  expect(api).toHaveBeenCalledWith("http://api.test/items", expect.objectContaining({ headers: { "x-request-id": "abc" } }));
  expect(html).toContain("Run an echo job");
});

test("the page is there without the API", async () => {
  api.mockRejectedValue(new TypeError("fetch failed"));
  expect(renderToStaticMarkup(await Section())).toContain('role="alert"');
});
