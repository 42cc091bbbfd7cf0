/** Which conversation needs an answer first. */
import type { Line } from './types'

/** Those that wait for an answer: emergencies, then by the time that is left. */
export function dueOrder(lines: Line[]): Line[] {
  const rank = (item: Line): number => (item.emergency ? 0 : Date.parse(item.due_at ?? '') || Number.MAX_SAFE_INTEGER)
  return lines.filter((item) => item.unread || item.due_at || item.emergency).sort((a, b) => rank(a) - rank(b))
}
