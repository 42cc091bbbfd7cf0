// The socket: session, history after a reload, messages sent once, and a connection state in plain words.
import { io, type Socket } from 'socket.io-client'
import { computed, ref, shallowRef } from 'vue'

import { Keeping } from './keeping'
import { handover, rows, ticketStatuses } from './rows'
import { changed, lastOutgoing, merge, readUpTo, resumeAfter, withUnsent } from './thread'
import type { Ack, Attachment, Item, Unsent, Wire } from './types'
import { refusal } from './words'

export type Line = 'idle' | 'connecting' | 'online' | 'lost'

const ACK_TIME = 10_000
const SESSION_TIME = 8_000
const BOT_TYPES = 15_000
const AGENT_TYPES = 5_000
const TYPING_EVERY = 3_000

interface History { messages: Wire[]; after: string | null; more: boolean }

/** One talk with the house. `connect` may be called again; everything else follows by itself. */
export function useTalk(server: () => string, keeping = new Keeping()) {
  const items = shallowRef<Item[]>([])
  const line = ref<Line>('idle')
  const loaded = ref(false)
  const botTypes = ref(false)
  const agentTypes = ref(false)
  const slowDown = ref(0)
  const fresh = shallowRef<Item[]>([])

  let socket: Socket | undefined
  let queue: Unsent[] = []
  let busy = false
  let resumeAt = 0
  let noted = ''
  let shownId = ''
  let shownSeq = -1
  let typedAt = 0
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  const after = (name: string, milliseconds: number, action: () => void): void => {
    clearTimeout(timers.get(name))
    timers.set(name, setTimeout(action, milliseconds))
  }
  const stop = (name: string): void => clearTimeout(timers.get(name))

  function connect(): void {
    if (socket) { again(); return }
    line.value = 'connecting'
    queue = keeping.unsent()
    queue.forEach((entry) => { items.value = withUnsent(items.value, entry) })
    socket = io(server(), {
      path: '/socket.io/', transports: ['websocket', 'polling'], tryAllTransports: true,
      reconnectionDelay: 800, reconnectionDelayMax: 10_000, timeout: 10_000,
    })
    socket.on('connect', requestSession)
    socket.on('disconnect', (reason: string) => {
      lost()
      if (reason === 'io server disconnect') after('again', 1500, again)
    })
    socket.on('connect_error', () => {
      lost()
      // Refused by the server: the client does not try again by itself.
      if (!socket?.active) after('again', 3000, again)
    })
    socket.on('session_confirm', (id: unknown) => { if (typeof id === 'string') keeping.keepSession(id) })
    socket.on('history', takeHistory)
    socket.on('bot_uttered', (wire: Wire) => takeOutgoing(wire))
    socket.on('citizen_uttered', (wire: Wire) => { items.value = merge(items.value, [{ ...wire, direction: 'in' }]) })
    socket.on('seen', (mark: { id: string; client_id?: string | null }) => {
      items.value = readUpTo(items.value, mark.id, mark.client_id)
    })
    socket.on('typing', () => {
      agentTypes.value = true
      after('agent', AGENT_TYPES, () => { agentTypes.value = false })
    })
    window.addEventListener('online', retry)
  }

  /** Not while it is on its way: a second CONNECT on the same line would be refused. */
  function again(): void {
    if (socket && !socket.active) socket.connect()
  }

  function lost(): void {
    line.value = 'lost'
    botTypes.value = false
    stop('session')
  }

  function requestSession(): void {
    socket?.emit('session_request', { session_id: keeping.session(), after: resumeAfter(items.value) })
    after('session', SESSION_TIME, () => { socket?.disconnect().connect() })
  }

  function takeHistory(history: History): void {
    stop('session')
    const wires = Array.isArray(history?.messages) ? history.messages : []
    const known = new Set(items.value.map((item) => item.id))
    items.value = merge(items.value, wires)
    if (loaded.value) announce(items.value.filter((item) => item.id && !item.mine && !known.has(item.id)))
    // What the server had all along need not be sent again.
    const stored = new Set(wires.map((wire) => wire.client_id))
    queue.filter((entry) => stored.has(entry.id)).forEach((entry) => done(entry.id))
    loaded.value = true
    line.value = 'online'
    note()
    const last = wires[wires.length - 1]
    if (history.more && last?.id) socket?.emit('history', { after: last.id })
    pump()
  }

  function takeOutgoing(wire: Wire): void {
    const known = wire.id !== undefined && items.value.some((item) => item.id === wire.id)
    items.value = merge(items.value, [{ ...wire, direction: 'out' }])
    if (known) return
    botTypes.value = false
    if (wire.author === 'agent') agentTypes.value = false
    announce(items.value.filter((item) => !item.mine && item.id === wire.id))
    note()
  }

  function announce(news: Item[]): void { if (news.length) fresh.value = news }

  function note(): void {
    const last = lastOutgoing(items.value)
    if (!last?.id || last.id === noted || !socket?.connected) return
    noted = last.id
    socket.emit('delivered', { message_id: last.id })
  }

  /** Before the citizen's eyes; said again after a lost connection only when there is something newer. */
  function sawUpTo(item: Item): void {
    if (!item.id || item.id === shownId || (item.seq ?? 0) < shownSeq || line.value !== 'online') return
    shownId = item.id
    shownSeq = item.seq ?? shownSeq
    socket?.emit('seen', { message_id: item.id })
  }

  function send(text: string, attachments: Attachment[] = []): void {
    const entry: Unsent = { id: uuid(), text, attachments, at: Date.now() }
    items.value = withUnsent(items.value, entry)
    queue.push(entry)
    keeping.keepUnsent(entry)
    connect()
    pump()
  }

  /** Send the oldest message not yet taken; the next one follows its acknowledgement, so the order is kept. */
  function pump(): void {
    const entry = queue[0]
    if (busy || !entry || line.value !== 'online' || !socket) return
    if (Date.now() < resumeAt) return
    busy = true
    socket.timeout(ACK_TIME).emit('user_uttered', {
      message: entry.text, metadata: { message_id: entry.id },
      ...(entry.attachments.length ? { attachments: entry.attachments } : {}),
    }, (late: Error | null, ack?: Ack) => {
      busy = false
      slowDown.value = 0
      if (late) after('pump', 1000, pump)
      else settle(entry, ack ?? {})
    })
  }

  function settle(entry: Unsent, ack: Ack): void {
    if (ack.ok) {
      done(entry.id)
      items.value = changed(items.value, entry.id, { state: 'sent' })
      if (owner.value === null && !queue.length && awaiting(entry.id)) expectBot()
      pump()
    } else if (ack.error === 'session') {
      requestSession()
    } else if (ack.retry_after) {
      slowDown.value = ack.error === 'too_many' ? Math.ceil(ack.retry_after) : 0
      resumeAt = Date.now() + ack.retry_after * 1000
      after('pump', ack.retry_after * 1000 + 50, pump)
    } else {
      done(entry.id)
      items.value = changed(items.value, entry.id, { state: 'failed', problem: refusal(ack.error, ack.limit) })
      pump()
    }
  }

  /** The answer may have overtaken the acknowledgement. */
  function awaiting(id: string): boolean {
    const last = items.value[items.value.length - 1]
    return last?.clientId === id
  }

  function expectBot(): void {
    botTypes.value = true
    after('bot', BOT_TYPES, () => { botTypes.value = false })
  }

  function done(id: string): void {
    queue = queue.filter((entry) => entry.id !== id)
    keeping.dropUnsent(id)
  }

  function retry(): void {
    if (!socket || socket.connected) return
    line.value = 'connecting'
    socket.disconnect().connect()
  }

  function typing(): void {
    if (line.value !== 'online' || owner.value !== 0 || Date.now() - typedAt < TYPING_EVERY) return
    typedAt = Date.now()
    socket?.emit('typing', {})
  }

  function close(): void {
    window.removeEventListener('online', retry)
    timers.forEach((timer) => clearTimeout(timer))
    socket?.disconnect()
    socket = undefined
    line.value = 'idle'
  }

  const owner = computed(() => handover(items.value))
  return {
    items, line, loaded, botTypes, agentTypes, slowDown, fresh, owner,
    rows: computed(() => rows(items.value)), statuses: computed(() => ticketStatuses(items.value)),
    connect, send, sawUpTo, retry, typing, close,
  }
}

export type Talk = ReturnType<typeof useTalk>

function uuid(): string {
  // randomUUID is missing on pages without TLS.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
