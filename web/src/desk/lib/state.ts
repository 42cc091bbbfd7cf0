/** The page's one state. Parts read it; `desk.ts` alone changes what comes from the server. */
import { computed, reactive } from 'vue'
import { keepDraft, type Unsent } from './keep'
import type { Line, Queue, Session, Tab, Talk } from './types'

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
  selected: '',
  talk: null as Talk | null,
  talkProblem: '',
  draft: '',
  unsent: [] as Unsent[],
  citizenTypingUntil: 0,
  muted: [] as string[],
  armed: '' as '' | 'bot' | 'closed',
  busy: '',
  showContext: false,
  showKeys: false,
  gone: null as { id: string; citizen: string } | null,
})

export const rights = computed(() => new Set(state.session?.user.rights ?? []))
export const mine = computed(() => state.talk?.mine === true)
export const lines = computed<Line[]>(() => state.queue?.[state.tab] ?? [])
export const alarms = computed(() =>
  (state.queue?.all ?? []).filter((line) => line.emergency !== null))
export const line = computed(() => state.queue?.all.find((item) => item.id === state.selected) ?? null)

/** Seconds a line waits by now: the server's count plus the time since it was read. */
export function waited(item: Line): number {
  if (!item.waiting_seconds) return 0
  return item.waiting_seconds + Math.max(0, Math.floor((state.tick - state.queueAt) / 1000))
}

export function setDraft(text: string): void {
  state.draft = text
  if (state.session && state.selected) keepDraft(state.session.user.id, state.selected, text)
}
