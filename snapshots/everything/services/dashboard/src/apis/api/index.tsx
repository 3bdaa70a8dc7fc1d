import { useActionState, useCallback, useEffect, useState } from 'react'
import * as api from './client'

export default function Section() {
  return (
    <section className="card" aria-labelledby="api">
      <h2 id="api">api</h2>
      <Items path="/items" />
      <Items path="/items-reports" />
      <EchoJob path="/jobs" />
      <EchoJob path="/jobs-cache" />
    </section>
  )
}

function Items({ path }: { path: string }) {
  const [items, setItems] = useState<api.Item[]>()
  const [problem, setProblem] = useState<string>()
  const [connected, setConnected] = useState(false)

  const add = useCallback((fresh: api.Item[]) => setItems((known = []) => merge(known, fresh)), [])

  const load = useCallback(
    () =>
      api.listItems(path).then(
        (fresh) => {
          add(fresh)
          setProblem(undefined)
        },
        (error: unknown) => setProblem(explain(error)),
      ),
    [path, add],
  )

  useEffect(() => void load(), [load])

  useEffect(
    () =>
      api.listen({
        onConnected(connected) {
          setConnected(connected)
          // Whatever was announced while there was no connection.
          if (connected) void load()
        },
        // The event does not say which list the item is in.
        onItem: () => void load(),
      }),
    [load],
  )

  const [form, submit, pending] = useActionState(
    async (_previous: { title: string; problem?: string }, data: FormData) => {
      const title = data.get('title') as string
      try {
        add([await api.createItem(path, title)])
        return { title: '' }
      } catch (error) {
        return { title, problem: explain(error) }
      }
    },
    { title: '' },
  )

  return (
    <div>
      <div className="title">
        <h3>{path.slice(1)}</h3>
        <Live connected={connected} />
      </div>
      <form action={submit}>
        <input
          name="title"
          aria-label="Title"
          placeholder="Title"
          defaultValue={form.title}
          readOnly={pending}
          maxLength={200}
          required
        />
        <button disabled={pending}>Add</button>
      </form>
      {form.problem && <p role="alert">{form.problem}</p>}
      {problem && (
        <p role="alert">
          {problem} <button onClick={() => void load()}>Try again</button>
        </p>
      )}
      {items?.length === 0 && <p className="muted">Nothing yet.</p>}
      <ul aria-live="polite">
        {items?.map((item) => (
          <li key={item.id}>
            {item.title}
            <time dateTime={item.created_at}>{new Date(item.created_at).toLocaleString()}</time>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Newest first, each once, as many as the list holds. */
function merge(known: api.Item[], fresh: api.Item[]): api.Item[] {
  const items = new Map([...known, ...fresh].map((item) => [item.id, item]))
  return [...items.values()].sort((a, b) => b.id - a.id).slice(0, 100)
}

function EchoJob({ path }: { path: string }) {
  const [job, setJob] = useState<api.Job>()
  const [problem, setProblem] = useState<string>()
  const [pending, setPending] = useState(false)

  async function run() {
    setPending(true)
    setProblem(undefined)
    try {
      let job = await api.startEcho(path, { sent_at: new Date().toISOString() })
      setJob(job)
      for (let tries = 0; tries < 60 && job.status !== 'done' && job.status !== 'failed'; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 500))
        job = await api.getJob(path, job.id)
        setJob(job)
      }
      if (job.status === 'queued') setProblem('Nobody has taken it yet. Is a worker running?')
    } catch (error) {
      setProblem(explain(error))
    } finally {
      setPending(false)
    }
  }

  return (
    <div>
      <h3>Background job</h3>
      <button onClick={() => void run()} disabled={pending}>
        Run an echo job
      </button>
      {problem && <p role="alert">{problem}</p>}
      {job && (
        <output>
          {job.status}
          {job.result != null && <pre>{JSON.stringify(job.result, null, 2)}</pre>}
        </output>
      )}
    </div>
  )
}

function Live({ connected }: { connected: boolean }) {
  return (
    <span className={connected ? 'live' : 'muted'} role="status">
      {connected ? 'Live' : 'Connecting …'}
    </span>
  )
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
