/** The lists: who waits, what is mine, what is closed, who is here. */
import { watch } from 'vue'
import { alarm, setTitle } from './alarm'
import { api } from './api'
import { ApiError, optional } from './call'
import { open } from './desk'
import { dueOrder } from './due'
import { notify } from './notify'
import { goTo } from './route'
import { alarms, listed, may, state } from './state'
import { failed } from '../../shared/tell'
import type { Line, Status } from './types'

let known: Map<string, Line> | null = null

export async function loadQueue(): Promise<void> {
  if (!may('desk.read')) return
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

/** A note for somebody new, for what was given to me, and for news from a citizen whose conversation is not open. */
function announce(waiting: Line[], own: Line[]): void {
  const looking = (item: Line): boolean => item.id === state.selected && !document.hidden
  const news = [...waiting, ...own.filter((item) => item.unread && !looking(item))]
  const now = new Map(news.map((item) => [`${item.id}:${item.owner}:${item.owner === 'queue' ? '' : item.unread}`, item]))
  if (known) {
    const fresh = [...now].filter(([key]) => !known?.has(key)).map(([, item]) => item)
    const first = fresh.find((item) => item.emergency) ?? fresh[0]
    if (first) notify(newsOf(first), first.id, () => goTo('talk', { id: first.id }))
  }
  known = now
  setTitle(waiting.length ? `(${waiting.length}) 坐席台 · 青岛12345` : '坐席台 · 青岛12345')
}

function newsOf(item: Line): string {
  if (item.emergency) return `${item.emergency.kind_name}：${item.citizen}`
  return item.owner === 'queue' ? `${item.citizen} 在等人工` : `${item.citizen} 有新消息`
}

export function startWatching(): void {
  watch(
    () => [alarms.value.length, alarms.value.every((item) => state.muted.includes(item.emergency?.id ?? ''))] as const,
    ([count, silent]) => alarm(count, silent),
  )
  watch(() => state.tab, (tab) => tab === 'closed' && void loadClosed())
}

/** The first page of the closed ones, or the next one. */
export async function loadClosed(next = false): Promise<void> {
  const held = next ? state.closed?.rows ?? [] : []
  try {
    const page = await optional(api.closed(held.length ? held[held.length - 1].closed_at : '', state.closedWords.trim()))
    state.closed = page ? { rows: [...held, ...page.rows], more: page.more } : { rows: [], more: false }
  } catch (error) {
    failed(error)
  }
}

export async function loadAgents(): Promise<void> {
  state.agents = (await optional(api.agents()).catch(() => null))?.agents ?? state.agents
}

export async function setPresence(status: Status): Promise<void> {
  try {
    await api.setPresence(status)
    await loadQueue()
  } catch (error) {
    failed(error)
  }
}

/** Online, busy, away, and round again. */
export function nextPresence(): void {
  const order: Status[] = ['online', 'busy', 'away']
  const now = state.queue?.presence?.status
  if (now) void setPresence(order[(order.indexOf(now as Status) + 1) % order.length])
}

/** Next or previous line of the list. */
export function step(by: 1 | -1): void {
  const ids = listed.value.map((item) => item.id)
  if (!ids.length) return
  const at = ids.indexOf(state.selected)
  void open(ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by))])
}

/** The one of mine whose citizen must be answered first. */
export function nextDue(): void {
  const next = dueOrder(state.queue?.mine ?? []).find((item) => item.id !== state.selected)
  if (next) void open(next.id)
}
