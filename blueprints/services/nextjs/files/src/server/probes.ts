/** What probes and Prometheus ask, and nobody else. */
export const PROBES = ["/health", "/ready", "/metrics"];

/** Set on a request that came in at the root of the port. */
export const PROBE_HEADER = "x-probe";
