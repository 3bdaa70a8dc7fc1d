import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// What nginx allows in production, and what hot reload needs beyond it.
const contentSecurityPolicy = "default-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:"

// Does what nginx.conf does in production: answers health checks and Prometheus, and keeps idle connections longer than
// the proxy in front does, so that it never sends a request into a closing one.
const likeProduction: Plugin = {
  name: 'like-production',
  configureServer({ middlewares, httpServer }) {
    if (httpServer) Object.assign(httpServer, { keepAliveTimeout: 75_000 })

    const answer = (path: string, type: string, body: string) =>
      middlewares.use(path, (_request, response) => {
        response.setHeader('Content-Type', type).end(body)
      })
    answer('/health', 'application/json', '{"status":"ok"}\n')
    answer('/ready', 'application/json', '{"status":"ready","checks":{}}\n')
    answer('/metrics', 'text/plain; version=0.0.4', '')

    // Not in server.headers, because those are missing from a 304.
    middlewares.use((_request, response, next) => {
      response.setHeader('Content-Security-Policy', contentSecurityPolicy)
      next()
    })
  },
}

export default defineConfig({
  base: '/',
  plugins: [react(), likeProduction],
  server: {
    host: true,
    port: 3000,
    strictPort: true,
    // Beside localhost: the names by which other containers ask.
    allowedHosts: ['frontend', 'nginx'],
  },
  build: {
    // Small assets stay files too: the Content-Security-Policy allows data: URLs for images alone.
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'jsdom',
    // node_modules is read-only in the container.
    fsModuleCache: false,
    restoreMocks: true,
    unstubGlobals: true,
  },
})
