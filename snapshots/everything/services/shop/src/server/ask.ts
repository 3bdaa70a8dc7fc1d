import { headers } from "next/headers";
import { log } from "./log.ts";

/** Asks an API while a page is rendered; undefined when it does not answer, because the rest of the page can do without. */
export async function ask<T>(url: string): Promise<T | undefined> {
  const requestId = (await headers()).get("x-request-id") ?? "";
  try {
    const response = await fetch(url, {
      cache: "no-store",
      headers: { "x-request-id": requestId },
      signal: AbortSignal.timeout(3_000),
    });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return (await response.json()) as T;
  } catch (error) {
    log.warn({ err: error, request_id: requestId, url }, "API does not answer");
    return undefined;
  }
}
