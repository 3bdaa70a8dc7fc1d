import { pino } from "pino";

const level = process.env.LOG_LEVEL ?? "info";

/** One JSON object a line on stdout, in the field names that all services of this stack share. */
export const log = pino({
  level: { debug: "debug", warning: "warn", error: "error" }[level] ?? "info",
  base: { service: process.env.SERVICE_NAME },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: {
    level: (label) => ({ level: label === "warn" ? "warning" : label }),
  },
});
