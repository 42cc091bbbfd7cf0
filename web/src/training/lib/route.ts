/** The address: `#/models?id=...` is a page with its filters. */
import { reactive } from 'vue'

export const VIEWS = ['inbox', 'clusters', 'labels', 'data', 'train', 'models', 'knowledge', 'trends'] as const
export type View = (typeof VIEWS)[number]
export interface Place { view: View; query: Record<string, string> }

export function read(hash: string): Place {
  const [name, rest = ''] = hash.replace(/^#\/?/, '').split('?')
  const view = VIEWS.find((one) => one === name) ?? 'inbox'
  return { view, query: Object.fromEntries(new URLSearchParams(rest)) }
}

export function write(view: View, query: Record<string, string> = {}): string {
  const rest = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return '#/' + view + (rest ? '?' + rest : '')
}

export const route = reactive({ view: 'inbox' as View, query: {} as Record<string, string> })

/** To another page; the browser's way back leads here again. */
export function goTo(view: View, query: Record<string, string> = {}): void {
  location.hash = write(view, query)
}

/** The filters of this page, without a step in the browser's history. */
export function keepQuery(query: Record<string, string>): void {
  route.query = query
  history.replaceState(null, '', location.pathname + write(route.view, query))
}
