/** What the page does: reads the API when hinted, takes, answers, releases, and sends again what did not arrive. */
import { ElMessage } from 'element-plus'
import { watch } from 'vue'
import { alarm, chime, setTitle } from './alarm'
import { api, ApiError } from './api'
import { draftOf, keepUnsent, unsentOf, withKept, type Unsent } from './keep'
import { withNew, withNewest, withOlder } from './segments'
import { alarms, lines, mine, setDraft, state } from './state'
import type { Line, Talk } from './types'
import { randomKey } from './words'

const user = (): string => state.session?.user.id ?? ''

export function tell(text: string, type: 'error' | 'success' | 'warning' = 'error'): void {
  ElMessage({ message: text, type, grouping: true, duration: 4000, showClose: true })
}

function failed(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) return
  tell(error instanceof Error ? error.message : '没有成功，请再试')
}

// --- queue ---------------------------------------------------------------------------------------------------

let known: Set<string> | null = null

export async function loadQueue(): Promise<void> {
  try {
    const queue = await api.queue()
    state.queue = queue
    state.queueAt = state.tick = Date.now()
    state.apiProblem = ''
    announce(queue.waiting, queue.mine)
  } catch (error) {
    if (error instanceof ApiError && error.status !== 401) state.apiProblem = error.message
  }
}

/** A quiet note for somebody new, or for news from a citizen whose conversation is not open. */
function announce(waiting: Line[], own: Line[]): void {
  const now = new Set([
    ...waiting.map((item) => item.id),
    ...own.filter((item) => item.unread && item.id !== state.selected).map((item) => `${item.id}:${item.unread}`),
  ])
  if (known && [...now].some((item) => !known?.has(item))) chime()
  known = now
  setTitle(waiting.length ? `(${waiting.length}) 坐席台 · 青岛12345` : '坐席台 · 青岛12345')
}

watch(
  () => [alarms.value.length, alarms.value.every((item) => state.muted.includes(item.emergency?.id ?? ''))] as const,
  ([count, silent]) => alarm(count, silent),
)

// --- one conversation ----------------------------------------------------------------------------------------

export async function open(id: string): Promise<void> {
  if (id === state.selected) return
  state.selected = id
  if (!id) state.showContext = false
  state.talk = null
  state.talkProblem = ''
  state.armed = ''
  state.citizenTypingUntil = 0
  state.draft = id ? draftOf(user(), id) : ''
  state.unsent = id ? unsentOf(user(), id) : []
  const wanted = id ? '#' + id : ''
  if (location.hash !== wanted) history.replaceState(null, '', location.pathname + wanted)
  if (id) await loadTalk()
}

export async function loadTalk(): Promise<void> {
  const id = state.selected
  if (!id) return
  try {
    const fresh = await api.talk(id)
    if (id !== state.selected) return
    const held = state.talk
    state.talk = held && held.id === id ? joined(held, fresh) : fresh
    state.talkProblem = ''
    if (mine.value) await sendKept()
  } catch (error) {
    if (id !== state.selected || !(error instanceof ApiError)) return
    if (error.status === 404) state.talkProblem = '没有这个会话'
    else if (!state.talk) state.talkProblem = error.message
  }
}

/** Older pages stay when the newest page joins on; else the newest page starts afresh. */
function joined(held: Talk, fresh: Talk): Talk {
  const messages = withNewest(held.messages, fresh.messages)
  return messages ? { ...fresh, messages, more: held.more } : fresh
}

export async function loadOlder(): Promise<void> {
  const talk = state.talk
  if (!talk || !talk.more || !talk.messages.length) return
  try {
    const page = await api.before(talk.id, talk.messages[0].id)
    if (state.talk?.id !== talk.id) return
    state.talk.messages = withOlder(state.talk.messages, page.messages)
    state.talk.more = page.more
  } catch (error) {
    failed(error)
  }
}

/** Next or previous line of the list. */
export function step(by: 1 | -1): void {
  const ids = lines.value.map((item) => item.id)
  if (!ids.length) return
  const at = ids.indexOf(state.selected)
  void open(ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by))])
}

// --- work ----------------------------------------------------------------------------------------------------

/** One thing at a time; news from the server comes in whether it went well or not. */
async function work(name: string, act: () => Promise<void>): Promise<boolean> {
  if (state.busy) return false
  state.busy = name
  try {
    await act()
    return true
  } catch (error) {
    failed(error)
    return false
  } finally {
    state.busy = ''
    state.armed = ''
    void loadQueue()
    void loadTalk()
  }
}

export const take = (id: string): Promise<boolean> => work('take', async () => {
  await api.take(id)
  state.gone = null
  if (state.selected !== id) await open(id)
  // Whoever waits no longer would vanish from the list under the agent's eyes.
  if (state.tab === 'waiting') state.tab = 'mine'
})

export const release = (to: 'bot' | 'closed'): Promise<boolean> => work('release', async () => {
  const talk = state.talk
  if (!talk) return
  await api.release(talk.id, to, state.draft.trim())
  setDraft('')
  if (to === 'bot') state.gone = { id: talk.id, citizen: talk.citizen }
  tell(to === 'bot' ? `${talk.citizen} 已交还智能助手` : `${talk.citizen} 的会话已结束`, 'success')
})

export const confirmEmergency = (id: string): Promise<boolean> => work('confirm', async () => {
  await api.confirm(id)
})

/** The citizen sees the end of a conversation, so the first press arms and the second one does it. */
let disarm = 0
export function press(to: 'bot' | 'closed'): void {
  if (!mine.value) return
  window.clearTimeout(disarm)
  if (state.armed === to) {
    void release(to)
    return
  }
  state.armed = to
  disarm = window.setTimeout(() => (state.armed = ''), 4000)
}

export function send(): void {
  const text = state.draft.trim()
  if (!text || !mine.value || text.length > 2000) return
  setUnsent([...state.unsent, { key: randomKey(), text, at: new Date().toISOString(), problem: '' }])
  setDraft('')
  void sendKept()
}

let sending: Promise<void> | null = null

/** Sends what is kept, in order; an answer that went through twice counts once, by its key. */
export function sendKept(): Promise<void> {
  sending ??= sendAll(state.selected).finally(() => (sending = null))
  return sending
}

async function sendAll(id: string): Promise<void> {
  for (;;) {
    const next = state.unsent.find((item) => !refused(item))
    if (!next || id !== state.selected) return
    try {
      const { message } = await api.say(id, next.text, next.key)
      if (id === state.selected) setUnsent(state.unsent.filter((item) => item.key !== next.key))
      else keepUnsent(user(), id, unsentOf(user(), id).filter((item) => item.key !== next.key))
      if (state.talk?.id === id) state.talk.messages = withNew(state.talk.messages, message)
    } catch (error) {
      if (!(error instanceof ApiError) || id !== state.selected) return
      const lost = error.status === 0 || error.status === 401 || error.status === 429
      mark(next, lost ? '' : error.message)
      if (lost) return
      void loadTalk()
    }
  }
}

const refused = (item: Unsent): boolean => item.problem !== ''

function mark(item: Unsent, problem: string): void {
  setUnsent(state.unsent.map((one) => (one.key === item.key ? { ...one, problem } : one)))
}

export function setUnsent(items: Unsent[]): void {
  state.unsent = items
  keepUnsent(user(), state.selected, items)
}

/** A refused answer back into the box, so that nothing typed is lost. */
export function backToDraft(item: Unsent): void {
  setUnsent(state.unsent.filter((one) => one.key !== item.key))
  setDraft([item.text, state.draft].filter(Boolean).join('\n'))
}

let typedAt = 0
export function typing(): void {
  if (!mine.value || Date.now() - typedAt < 3000) return
  typedAt = Date.now()
  api.typing(state.selected).catch(() => undefined)
}

export const keptIds = (): string[] => [...withKept('draft', user()), ...withKept('unsent', user())]
