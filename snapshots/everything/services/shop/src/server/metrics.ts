import { Counter, Histogram, collectDefaultMetrics, register } from "prom-client";

// While developing this file is loaded again and again.
register.clear();
collectDefaultMetrics();

const requests = new Counter({
  name: "http_requests_total",
  help: "Requests answered",
  labelNames: ["method", "route", "status"],
});

const duration = new Histogram({
  name: "http_request_duration_seconds",
  help: "Time from the request to the end of its response",
  labelNames: ["method", "route"],
});

/** `route` is the pattern, never the path: every label value is a time series of its own. */
export function countRequest(method: string, route: string, status: number, seconds: number): void {
  requests.inc({ method, route, status });
  duration.observe({ method, route }, seconds);
}
