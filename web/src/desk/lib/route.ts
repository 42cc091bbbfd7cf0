/** The address: `#编号` is a conversation, `#/board?...` another view with its filters. */
import { reactive } from 'vue'

export const VIEWS = ['talk', 'search', 'board', 'quality', 'reports', 'audit', 'users', 'settings', 'account'] as const
export type View = (typeof VIEWS)[number]

export interface Place {
  view: View
  /** The conversation, in view `talk`. */
  id: string
  query: Record<string, string>
}

export function read(hash: string): Place {
  const text = hash.replace(/^#/, '')
  if (!text.startsWith('/')) return { view: 'talk', id: decodeURIComponent(text), query: {} }
  const [name, rest = ''] = text.slice(1).split('?')
  const view = VIEWS.find((one) => one === name) ?? 'talk'
  return { view, id: '', query: Object.fromEntries(new URLSearchParams(rest)) }
}

export function write(view: View, query: Record<string, string> = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  const rest = new URLSearchParams(kept).toString()
  return '#/' + view + (rest ? '?' + rest : '')
}

export const route = reactive({ view: 'talk' as View, query: {} as Record<string, string> })

/** To another view; the browser's way back leads here again. */
export function goTo(view: View, query: Record<string, string> = {}): void {
  if (view !== 'talk') location.hash = write(view, query)
  else location.hash = query.id ? query.id : ''
}

/** The filters of this view, without a step in the browser's history. */
export function keepQuery(query: Record<string, string>): void {
  route.query = query
  history.replaceState(null, '', location.pathname + write(route.view, query))
}
