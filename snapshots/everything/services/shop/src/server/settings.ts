import { readFileSync } from "node:fs";
import { z } from "zod";

const deployed = () => ["staging", "production"].includes(process.env.ENVIRONMENT ?? "");

/** A secret. Deployed, it must be there and must be real; on a developer's machine it may be missing. */
export const secret = z
  .string()
  .default("")
  .refine((value) => !deployed() || value !== "", "a secret is needed here")
  .refine(
    (value) => !deployed() || !value.startsWith("development-only-"),
    "still the stand-in of a developer's machine",
  );

const base = {
  ENVIRONMENT: z.enum(["development", "test", "staging", "production"]),
  LOG_LEVEL: z.enum(["debug", "info", "warning", "error"]).default("info"),
  SERVICE_NAME: z.string().min(1),
  PORT: z.coerce.number("must be a number").int().min(1).max(65_535),
  BASE_PATH: z
    .string()
    .default("")
    .refine((path) => path === process.env.BUILT_FOR, "is not the one that this image was built for"),
};

/**
 * Reads the settings of the application, and those in `more`, once, at start. A setting may also come as a file:
 * `NAME_FILE` is the path of one with the value of `NAME`. All mistakes are told in one go.
 */
export function readSettings(more: z.ZodRawShape) {
  const shape = { ...base, ...more };
  const values: Record<string, string | undefined> = {};
  const mistakes: string[] = [];
  const unread = new Set<string>();
  for (const name of Object.keys(shape)) {
    values[name] = process.env[name];
    const file = process.env[`${name}_FILE`];
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
  if (result.success && mistakes.length === 0) return result.data;
  for (const mistake of mistakes) process.stderr.write(`${mistake}\n`);
  process.exit(1);
}
