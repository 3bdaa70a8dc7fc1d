import { readFileSync } from "node:fs";

interface Manifest {
  staticRoutes: { page: string; regex: string }[];
  dynamicRoutes: { page: string; regex: string }[];
}

const manifest = readManifest();
const routes = [...manifest.staticRoutes, ...manifest.dynamicRoutes].map(({ page, regex }) => ({
  page,
  pattern: new RegExp(regex),
}));

/** The pattern of the page that answers a path: /products/[id] for /products/7. */
export function routeOf(path: string, basePath: string): string {
  const below = path.slice(basePath.length) || "/";
  if (below.startsWith("/_next/")) return "/_next";
  return routes.find(({ pattern }) => pattern.test(below))?.page ?? "unmatched";
}

/** The build writes it; while developing there is none, and every path counts as unmatched. */
function readManifest(): Manifest {
  try {
    return JSON.parse(readFileSync(".next/routes-manifest.json", "utf8")) as Manifest;
  } catch {
    return { staticRoutes: [], dynamicRoutes: [] };
  }
}
