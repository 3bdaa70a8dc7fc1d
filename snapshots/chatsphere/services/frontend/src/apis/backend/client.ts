// The service backend, on the page's own origin: nginx passes /api/ on to it.

const base = '/api'

export interface Item {
  id: number
  title: string
  created_at: string
}

export interface Job {
  id: string
  status: 'queued' | 'running' | 'done' | 'failed'
  result?: unknown
}

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(base + path, { signal: AbortSignal.timeout(10_000), ...init })
  if (!response.ok) {
    const body = (await response.json().catch(() => null)) as { message?: string } | null
    throw new Error(body?.message ?? `${base + path} answered ${response.status}`)
  }
  return (await response.json()) as T
}

function post<T>(path: string, body: unknown): Promise<T> {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}

export const listItems = (path: string) => request<Item[]>(path)
export const createItem = (path: string, title: string) => post<Item>(path, { title })
export const startEcho = (path: string, payload: unknown) => post<Job>(path, { kind: 'echo', payload })
export const getJob = (path: string, id: string) => request<Job>(`${path}/${id}`)

interface Listener {
  onConnected: (connected: boolean) => void
  onItem: (item: Item) => void
}

/** Keeps a websocket open until the function it returns is called, reconnecting as often as it takes. */
export function listen(listener: Listener): () => void {
  let socket: WebSocket | undefined
  let failures = 0
  let timer = setTimeout(connect)

  function connect() {
    const url = new URL('/ws', window.location.href)
    url.protocol = url.protocol.replace('http', 'ws')
    socket = new WebSocket(url)
    socket.onopen = () => {
      failures = 0
      listener.onConnected(true)
    }
    socket.onmessage = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as { type: string; item: Item }
      if (event.type === 'item.created') listener.onItem(event.item)
    }
    socket.onclose = () => {
      listener.onConnected(false)
      // 1 s, 2 s, 4 s … 30 s, each cut by up to a half: after a deployment not every page comes back at once.
      const pause = Math.min(1000 * 2 ** failures++, 30_000)
      timer = setTimeout(connect, pause * (1 - Math.random() / 2))
    }
  }

  return () => {
    clearTimeout(timer)
    if (socket) {
      socket.onclose = null
      socket.close()
    }
  }
}
