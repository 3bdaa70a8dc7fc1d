/** Runs once, before the first request is answered. */
export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs") await import("./server/start.ts");
}
