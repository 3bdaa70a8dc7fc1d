// Next.js talks to people, on the console. In production its words join the log: `node --import` this file.
import { format, stripVTControlCharacters } from "node:util";
import { log } from "./log.ts";

const LEVELS = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error" } as const;

for (const [method, level] of Object.entries(LEVELS)) {
  console[method as keyof typeof LEVELS] = (...words: unknown[]) => {
    const err = words.find((word) => word instanceof Error);
    const text = err && words.length === 1 ? err.message : format(...words.filter((word) => word !== err));
    log[level]({ err }, stripVTControlCharacters(text).trim());
  };
}
