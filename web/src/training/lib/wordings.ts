/** A cluster's messages by their words: what many said alike is one line with its number. */
import type { Cluster } from './types'

export interface Wording { text: string; ids: string[] }

/** In the order of the first message of each. */
export function wordings(messages: Cluster['messages']): Wording[] {
  const found = new Map<string, Wording>()
  for (const one of messages) {
    const wording = found.get(one.text) ?? { text: one.text, ids: [] }
    wording.ids.push(one.message)
    found.set(one.text, wording)
  }
  return [...found.values()]
}
