/** The socket that says what has changed, and the slow reading that makes up for a lost hint. */
import { io, type Socket } from 'socket.io-client'
import { api } from './api'
import { loadQueue, loadTalk, sendKept } from './desk'
import { mine, state } from './state'

interface Hint {
  conversation_id?: string
  who?: string
}

let socket: Socket | null = null
let timers: number[] = []

/** Calls `act` soon, at most once in `wait` ms; many hints at once are one reading. */
function soon(act: () => Promise<void>, wait: number): () => void {
  let planned = 0
  let running = false
  let again = false
  const run = async (): Promise<void> => {
    planned = 0
    if (running) {
      again = true
      return
    }
    running = true
    await act().finally(() => (running = false))
    if (again) {
      again = false
      plan()
    }
  }
  const plan = (): void => {
    if (!planned) planned = window.setTimeout(() => void run(), wait)
  }
  return plan
}

const queueSoon = soon(loadQueue, 150)
const talkSoon = soon(loadTalk, 30)

function changed(hint: Hint): void {
  queueSoon()
  if (!hint.conversation_id || hint.conversation_id === state.selected) talkSoon()
}

export function connect(): void {
  disconnect()
  socket = io({ path: '/desk/socket.io/', transports: ['websocket', 'polling'], reconnectionDelay: 500, reconnectionDelayMax: 4000 })
  socket.on('connect', () => {
    state.socket = true
    void refresh()
  })
  socket.on('disconnect', (reason) => {
    state.socket = false
    // The server closed it: usually the session's end, which the next reading tells.
    if (reason === 'io server disconnect') void check()
  })
  socket.on('connect_error', (error) => {
    state.socket = false
    if (error.message === 'unauthorized') void check()
  })
  for (const kind of ['message', 'queue', 'owner', 'emergency', 'confirmed']) socket.on(kind, changed)
  socket.on('typing', (hint: Hint) => {
    if (hint.conversation_id === state.selected && hint.who === 'citizen') state.citizenTypingUntil = Date.now() + 5000
  })
  timers = [
    window.setInterval(() => (state.tick = Date.now()), 1000),
    window.setInterval(() => void refresh(), 15000),
  ]
}

/** Everything anew: after a reconnection, and now and then. */
export async function refresh(): Promise<void> {
  await Promise.all([loadQueue(), loadTalk()])
  if (mine.value) await sendKept()
}

/** Is the session still good? The API's 401 leads to the sign-in form; else the socket tries again. */
async function check(): Promise<void> {
  try {
    state.session = await api.session()
    window.setTimeout(() => socket?.connect(), 1000)
  } catch {
    window.setTimeout(() => {
      if (!state.signedOut) socket?.connect()
    }, 3000)
  }
}

export function disconnect(): void {
  timers.forEach((timer) => window.clearInterval(timer))
  timers = []
  socket?.close()
  socket = null
  state.socket = false
}
