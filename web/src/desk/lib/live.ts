/** The socket that says what has changed, and the slow reading that makes up for a lost hint. */
import { io, type Socket } from 'socket.io-client'
import { api } from './api'
import { loadTalk, sayRead, visit, whenViewing } from './desk'
import { notify } from './notify'
import { loadAgents, loadQueue } from './queue'
import { sendKept } from './sending'
import { may, mine, state } from './state'

interface Hint {
  conversation_id?: string
  who?: string
  viewers?: { id: string; name: string }[]
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

const queueSoon = soon(loadQueue, 300)
const talkSoon = soon(loadTalk, 30)
const agentsSoon = soon(loadAgents, 1000)

function changed(hint: Hint): void {
  queueSoon()
  if (!hint.conversation_id || hint.conversation_id === state.selected) talkSoon()
}

/** Small news of the open conversation: no reason to read the queue again. */
function small(hint: Hint): void {
  if (hint.conversation_id === state.selected) talkSoon()
}

function alerted(): void {
  queueSoon()
  if (may('board.read')) notify('市民消息里有需要班长留意的内容', 'alert', () => (location.hash = '#/board'))
}

function whispered(hint: Hint): void {
  const own = state.queue?.mine.find((item) => item.id === hint.conversation_id)
  if (own) notify(`班长对 ${own.citizen} 的会话有耳语`, 'whisper' + own.id, () => visit(own.id))
  small(hint)
}

const sayViewing = (id: string): void => void socket?.emit('viewing', { conversation: id || null })
const onVisible = (): void => sayRead()

export function connect(): void {
  disconnect()
  if (!may('desk.read')) return
  socket = io({ path: '/desk/socket.io/', transports: ['websocket', 'polling'], reconnectionDelay: 500, reconnectionDelayMax: 4000 })
  socket.on('connect', () => {
    state.socket = true
    sayViewing(state.selected)
    void refresh()
  })
  socket.on('disconnect', (reason) => {
    state.socket = false
    // The server closed it: usually the session's end, which the next reading tells.
    if (reason === 'io server disconnect') void check()
  })
  socket.on('connect_error', () => {
    state.socket = false
    // Refused by the server, and not merely out of reach: the client does not try again by itself.
    if (!socket?.active) void check()
  })
  for (const kind of ['message', 'queue', 'owner', 'emergency', 'confirmed', 'returned']) socket.on(kind, changed)
  for (const kind of ['note', 'seen']) socket.on(kind, small)
  socket.on('viewing', (hint: Hint) => {
    if (state.talk && state.talk.id === hint.conversation_id && hint.viewers) state.talk.viewers = hint.viewers
  })
  socket.on('presence', () => {
    queueSoon()
    if (state.agents) agentsSoon()
  })
  socket.on('alert', alerted)
  socket.on('whisper', whispered)
  socket.on('typing', (hint: Hint) => {
    if (hint.conversation_id === state.selected && hint.who === 'citizen') state.citizenTypingUntil = Date.now() + 5000
  })
  whenViewing(sayViewing)
  document.addEventListener('visibilitychange', onVisible)
  void refresh()
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
    window.setTimeout(again, 1000)
  } catch {
    window.setTimeout(() => {
      if (!state.signedOut) again()
    }, 3000)
  }
}

/** Not while it is on its way: a second CONNECT on the same line would be refused. */
function again(): void {
  if (socket && !socket.active) socket.connect()
}

export function disconnect(): void {
  timers.forEach((timer) => window.clearInterval(timer))
  timers = []
  document.removeEventListener('visibilitychange', onVisible)
  socket?.close()
  socket = null
  state.socket = false
}
