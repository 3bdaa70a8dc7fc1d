/** A request of the browser to an API on the page's own origin; fails with what the API says. */
export async function request<T>(path: string, body?: unknown): Promise<T> {
  const response = await fetch(path, {
    signal: AbortSignal.timeout(10_000),
    ...(body !== undefined && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  if (!response.ok) {
    const answer = (await response.json().catch(() => null)) as { message?: string } | null;
    throw new Error(answer?.message ?? `${path} answered ${response.status}`);
  }
  return (await response.json()) as T;
}

export function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
