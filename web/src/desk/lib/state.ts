/** The page's one state. Parts read it; `queue.ts`, `desk.ts` and `sending.ts` change what comes from the server. */
import { computed, reactive } from 'vue'
import { keepDraft, keepNote, type Unsent } from './keep'
import type { Canned, Choices } from './beside'
import type { AgentRow, Closed, ClosedLine, Line, Queue, Session, Tab, Talk } from './types'

/** What lies over the answer box: work on the open conversation that is more than a sentence. */
export type Sheet = '' | 'transfer' | 'merge' | 'wrap' | 'reassign'
export type Mode = 'answer' | 'note' | 'whisper'
export type Side = 'help' | 'citizen' | 'ticket'

export const state = reactive({
  session: null as Session | null,
  booting: true,
  /** Signed out while working: the sign-in form stands above the work, which stays. */
  signedOut: false,
  socket: false,
  apiProblem: '',
  queue: null as Queue | null,
  queueAt: 0,
  tick: Date.now(),
  tab: 'waiting' as Tab,
  closed: null as Closed | null,
  closedWords: '',
  agents: null as AgentRow[] | null,
  canned: null as Canned[] | null,
  choices: { services: [], acts: [], results: [] } as Choices,
  selected: '',
  talk: null as Talk | null,
  talkProblem: '',
  draft: '',
  note: '',
  mode: 'answer' as Mode,
  sheet: '' as Sheet,
  side: 'help' as Side,
  unsent: [] as Unsent[],
  citizenTypingUntil: 0,
  muted: [] as string[],
  armed: '' as '' | 'bot' | 'take_over',
  busy: '',
  showContext: false,
  showKeys: false,
  gone: null as { id: string; citizen: string } | null,
})

/** Whoever must bind a second factor first may do nothing else. */
export const rights = computed(() => new Set(state.session?.user.must_enrol ? [] : state.session?.user.rights ?? []))
export const may = (right: string): boolean => rights.value.has(right)
export const mine = computed(() => state.talk?.mine === true)
export const lines = computed<Line[]>(() => (state.tab === 'closed' ? [] : state.queue?.[state.tab] ?? []))
export const listed = computed<(Line | ClosedLine)[]>(() => (state.tab === 'closed' ? state.closed?.rows ?? [] : lines.value))
export const alarms = computed(() =>
  (state.queue?.all ?? []).filter((line) => line.emergency !== null))
/** The emergency a key confirms: the open conversation's first, of which the list may not have heard yet. */
export const firstAlarm = computed(() =>
  state.talk?.emergencies.find((item) => item.open)?.id ?? alarms.value[0]?.emergency?.id)
export const line = computed(() => state.queue?.all.find((item) => item.id === state.selected) ?? null)
/** Not mine but open: a supervisor may step in. */
export const leadable = computed(() =>
  may('chat.lead') && (state.talk?.owner === 'queue' || (state.talk?.owner === 'agent' && !mine.value)))

/** Seconds since the queue was read: the server's counts move on by them. */
const since = (): number => Math.max(0, Math.floor((state.tick - state.queueAt) / 1000))

/** Seconds a line waits by now. */
export function waited(item: Line): number {
  return item.waiting_seconds ? item.waiting_seconds + since() : 0
}

/** Seconds left of the three minutes (negative: too late), by the server's clock; null: nobody waits. */
export function dueIn(item: Line): number | null {
  if (!item.due_at || !state.queue) return null
  return Math.floor((Date.parse(item.due_at) - Date.parse(state.queue.now)) / 1000) - since()
}

export const resultName = (code: string | null): string =>
  state.choices.results.find((one) => one.code === code)?.name ?? code ?? ''

export function setDraft(text: string): void {
  state.draft = text
  if (state.session && state.selected) keepDraft(state.session.user.id, state.selected, text)
}

export function setNote(text: string): void {
  state.note = text
  if (state.session && state.selected) keepNote(state.session.user.id, state.selected, text)
}
