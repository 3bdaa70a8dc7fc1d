export function routeOf(path: string, basePath: string): string { return path }
