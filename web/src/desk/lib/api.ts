/** Calls of the desk's API: cookie, CSRF token, errors as one class with the words to show. */
import type { Head, Message, Page, Queue, Session, Talk } from './types'

/** `status` 0: the server did not answer. */
export class ApiError extends Error {
  constructor(readonly status: number, message: string) {
    super(message)
  }
}

let csrf = ''
let onSignedOut: () => void = () => undefined

/** What to do when the server no longer knows the session. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

async function call<T>(method: 'GET' | 'POST', path: string, values?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method === 'POST') {
    headers['Content-Type'] = 'application/json'
    headers['X-CSRF-Token'] = csrf
  }
  const stop = new AbortController()
  const timer = window.setTimeout(() => stop.abort(), 15000)
  let response: Response
  try {
    const body = method === 'POST' ? JSON.stringify(values ?? {}) : undefined
    response = await fetch('/desk/api' + path, { method, headers, body, credentials: 'same-origin', signal: stop.signal })
  } catch {
    throw new ApiError(0, '服务器没有响应，请检查网络')
  } finally {
    window.clearTimeout(timer)
  }
  const answer = (await response.json().catch(() => ({}))) as T & { error?: string }
  if (response.ok) return answer
  if (response.status === 401 && path !== '/login') onSignedOut()
  if (response.status >= 500) throw new ApiError(0, '服务器暂时出错，请稍后再试')
  throw new ApiError(response.status, answer.error || `请求没有成功（${response.status}）`)
}

function keep(session: Session): Session {
  csrf = session.csrf
  return session
}

const one = (id: string): string => '/conversations/' + encodeURIComponent(id)

export const api = {
  login: async (username: string, password: string): Promise<Session> =>
    keep(await call<Session>('POST', '/login', { username, password })),
  session: async (): Promise<Session> => keep(await call<Session>('GET', '/session')),
  logout: () => call('POST', '/logout'),
  password: (old: string, fresh: string) => call('POST', '/password', { old, new: fresh }),
  queue: () => call<Queue>('GET', '/queue'),
  talk: (id: string) => call<Talk>('GET', one(id)),
  after: (id: string, message: string) => call<Page>('GET', `${one(id)}/messages?after=${encodeURIComponent(message)}`),
  before: (id: string, message: string) => call<Page>('GET', `${one(id)}/messages?before=${encodeURIComponent(message)}`),
  take: (id: string) => call<{ conversation: Head }>('POST', one(id) + '/take'),
  say: (id: string, text: string, key: string) => call<{ message: Message }>('POST', one(id) + '/messages', { text, key }),
  release: (id: string, to: 'bot' | 'closed', text: string) =>
    call<{ conversation: Head }>('POST', one(id) + '/release', { to, text }),
  typing: (id: string) => call('POST', one(id) + '/typing'),
  confirm: (id: string) => call('POST', `/emergencies/${encodeURIComponent(id)}/confirm`),
  phone: (receipt: string) =>
    call<{ phone: string | null }>('POST', `/cases/${encodeURIComponent(receipt)}/phone`),
}
