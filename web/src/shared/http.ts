/** One way to the house's APIs: cookie, CSRF token, time-out, errors as one class with the words to show. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

interface Trouble {
  error?: string
  code?: string
}

/** `status` 0: the server did not answer. `code` says why where the page can do something about it; `detail` is the whole answer. */
export class ApiError extends Error {
  constructor(readonly status: number, message: string, readonly code = '', readonly detail: Record<string, unknown> = {}) {
    super(message)
  }
}

let csrf = ''
let onSignedOut: () => void = () => undefined

export function setCsrf(token: string): void {
  csrf = token
}

/** What to do when the server no longer knows the session. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

async function ask(address: string, method: Method, body: BodyInit | undefined, type: string, seconds: number): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') {
    headers['Content-Type'] = type
    headers['X-CSRF-Token'] = csrf
  }
  const stop = new AbortController()
  const timer = window.setTimeout(() => stop.abort(), seconds * 1000)
  try {
    return await fetch(address, { method, headers, body, credentials: 'same-origin', signal: stop.signal })
  } catch {
    throw new ApiError(0, '服务器没有响应，请检查网络')
  } finally {
    window.clearTimeout(timer)
  }
}

function refuse(response: Response, address: string, answer: Trouble): never {
  if (response.status === 401 && !address.endsWith('/login')) onSignedOut()
  if (response.status >= 500) throw new ApiError(0, '服务器暂时出错，请稍后再试')
  const text = answer.error || `请求没有成功（${response.status}）`
  throw new ApiError(response.status, text, answer.code, answer as Record<string, unknown>)
}

async function answered<T>(response: Response, address: string): Promise<T> {
  const answer = (await response.json().catch(() => ({}))) as T & Trouble
  return response.ok ? answer : refuse(response, address, answer)
}

export interface Client {
  call: <T>(method: Method, path: string, values?: unknown, seconds?: number) => Promise<T>
  /** A file as the body, as it is. */
  send: <T>(path: string, file: Blob) => Promise<T>
  /** Fetches a file and hands it to the browser's downloads; a refusal is an error in words. */
  download: (path: string, name: string) => Promise<void>
}

/** The API under this address. */
export function client(base: string): Client {
  return {
    async call(method, path, values, seconds = 15) {
      const body = method === 'GET' ? undefined : JSON.stringify(values ?? {})
      return answered(await ask(base + path, method, body, 'application/json', seconds), base + path)
    },
    async send(path, file) {
      return answered(await ask(base + path, 'POST', file, 'application/octet-stream', 300), base + path)
    },
    async download(path, name) {
      const response = await ask(base + path, 'GET', undefined, '', 60)
      if (!response.ok) refuse(response, base + path, (await response.json().catch(() => ({}))) as Trouble)
      save(await response.blob(), name)
    },
  }
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

/** Null for what this server does not have or this agent may not see: the rest of the page goes on without it. */
export async function optional<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError && [403, 404, 405].includes(error.status)) return null
    throw error
  }
}

/** `?a=1&b=2` of what has a value. */
export function query(values: Record<string, string | number | undefined>): string {
  const parts = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return parts.length ? '?' + parts.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&') : ''
}
