import type { z } from "zod";
import { observeRequests } from "./requests.ts";
import { readSettings } from "./settings.ts";

/** What the APIs that this service uses want to be told. */
const shapes = import.meta.glob<{ settings: z.ZodRawShape }>("../apis/*/settings.ts");

export async function start(): Promise<void> {
  const loaded = await Promise.all(Object.values(shapes).map((load) => load()));
  const settings = readSettings(Object.assign({}, ...loaded.map((api) => api.settings)) as z.ZodRawShape);
  observeRequests(settings.BASE_PATH);
}
