import { readFileSync } from "node:fs";
import process from "node:process";
import { z } from "zod";
import type { Values } from "./stores.ts";

const DEPLOYED = ["staging", "production"].includes(process.env.ENVIRONMENT ?? "");
const STAND_IN = "development-only-";

/** A secret. Deployed, it must be there and must be real; on a developer's machine it may be missing. */
export const secret = z
  .string()
  .default("")
  .refine((value) => !DEPLOYED || value !== "", "a secret is needed here")
  .refine(
    (value) => !DEPLOYED || !value.startsWith(STAND_IN),
    "still the stand-in of a developer's machine",
  );

const path = z.string().regex(/^(\/[\w.~-]+)*$/, "must be empty or begin with / and not end with it");

const base = {
  ENVIRONMENT: z.enum(["development", "test", "staging", "production"]),
  LOG_LEVEL: z.enum(["debug", "info", "warning", "error"]).default("info"),
  SERVICE_NAME: z.string().min(1),
  PORT: z.coerce.number("must be a number").int().min(1).max(65_535),
  /** Before each path; the proxy in front leaves it there. */
  BASE_PATH: path.default(""),
  /** Without it there is no websocket. */
  WEBSOCKET_PATH: path.default(""),
  QUOTES: z.string(),
  BACKSLASH: z.string(),
  LINES: z.string(),
  DOLLAR: z.string(),
  EMOJI: z.string(),
};

export type Settings = Values<typeof base>;

/**
 * Reads the settings of the application and of its stores, once, at start. A setting may also come as a file:
 * `NAME_FILE` is the path of one with the value of `NAME`. All mistakes are told in one go.
 */
export function readSettings<Shape extends z.ZodRawShape>(
  env: NodeJS.ProcessEnv,
  stores: { settings: Shape }[],
): Settings & Values<Shape> {
  const shape = Object.assign({}, base, ...stores.map((store) => store.settings)) as z.ZodRawShape;
  const values: Record<string, string | undefined> = {};
  const mistakes: string[] = [];
  const unread = new Set<string>();
  for (const name of Object.keys(shape)) {
    values[name] = env[name];
    const file = env[`${name}_FILE`];
    if (!file) continue;
    try {
      values[name] = readFileSync(file, "utf8").trim();
    } catch {
      mistakes.push(`${name}_FILE: cannot read ${file}`);
      unread.add(name);
    }
  }
  const result = z.object(shape).safeParse(values);
  for (const issue of result.error?.issues ?? []) {
    if (unread.has(String(issue.path[0]))) continue;
    mistakes.push(`${issue.path.join(".")}: ${issue.message}`);
  }
  if (result.success && mistakes.length === 0) return result.data as Settings & Values<Shape>;
  for (const mistake of mistakes) console.error(mistake);
  process.exit(1);
}
