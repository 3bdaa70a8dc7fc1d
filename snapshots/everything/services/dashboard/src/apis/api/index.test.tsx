import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import Section from '.'

const item = (id: number, title: string) => ({ id, title, job_id: null, created_at: '2030-01-02T03:04:05Z' })

// What the API answers, by "METHOD path"; a test may add to it.
let answers: Record<string, { status?: number; body: unknown }>

class FakeSocket {
  static all: FakeSocket[] = []
  onopen?: () => void
  onmessage?: (message: { data: string }) => void
  onclose?: (() => void) | null
  close = vi.fn()
  readonly url: URL

  constructor(url: URL) {
    this.url = url
    FakeSocket.all.push(this)
  }
}

beforeEach(() => {
  answers = {
    'GET /api/items': { body: [item(1, 'First')] },
    'GET /api/items-reports': { body: [] },
  }
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    const answer = answers[`${init?.method ?? 'GET'} ${url}`]
    return Promise.resolve(Response.json(answer?.body ?? null, { status: answer?.status ?? (answer ? 200 : 404) }))
  })
  FakeSocket.all = []
  vi.stubGlobal('WebSocket', FakeSocket)
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test('lists items and adds one', async () => {
  render(<Section />)
  await screen.findByText('First')

  answers['POST /api/items'] = { status: 201, body: item(2, 'Second') }
  const input = screen.getAllByLabelText<HTMLInputElement>('Title')[0]!
  await userEvent.type(input, 'Second{Enter}')

  await screen.findByText('Second')
  expect(screen.getAllByRole('listitem')[0]!.textContent).toContain('Second')
  expect(input.value).toBe('')
})

test('shows why an item was refused, and keeps what was typed', async () => {
  render(<Section />)

  answers['POST /api/items'] = { status: 422, body: { message: 'not this one' } }
  const input = screen.getAllByLabelText<HTMLInputElement>('Title')[0]!
  await userEvent.type(input, 'Second{Enter}')

  await screen.findByText('not this one')
  expect(input.value).toBe('Second')
})

test('runs a job and shows its result', async () => {
  answers['POST /api/jobs'] = { status: 202, body: { id: '7', status: 'queued' } }
  answers['GET /api/jobs/7'] = { body: { id: '7', status: 'done', result: { said: 'hello' } } }
  render(<Section />)

  await userEvent.click(screen.getAllByRole('button', { name: 'Run an echo job' })[0]!)

  expect((await screen.findByText(/"said": "hello"/)).parentElement?.textContent).toContain('done')
})

test('shows an item that is announced', async () => {
  render(<Section />)
  await screen.findByText('First')
  await vi.waitFor(() => expect(FakeSocket.all).not.toHaveLength(0))

  answers['GET /api/items'] = { body: [item(2, 'Second')] }
  const data = JSON.stringify({ type: 'item.created', item: item(2, 'Second') })
  act(() => FakeSocket.all[0]!.onmessage!({ data }))

  await screen.findByText('Second')
})

test('reconnects after longer and longer pauses, and catches up', async () => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds))
  render(<Section />)
  await pass(0)
  expect(FakeSocket.all[0]!.url.href).toBe(`ws://${window.location.host}/ws`)

  for (const pause of [1000, 2000, 4000]) {
    const opened = FakeSocket.all.length
    act(() => FakeSocket.all.at(-1)!.onclose!())
    await pass(pause - 1)
    expect(FakeSocket.all).toHaveLength(opened)
    await pass(1)
    expect(FakeSocket.all).toHaveLength(opened + 1)
  }

  answers['GET /api/items-reports'] = { body: [item(2, 'Meanwhile')] }
  act(() => FakeSocket.all.at(-1)!.onopen!())
  await pass(0)
  screen.getByText('Live')
  screen.getByText('Meanwhile')
})
