/** A history as a flat list of rows, so that thousands of messages can be shown a screenful at a time. */
import type { Unsent } from './keep'
import type { Segment } from './segments'
import type { Note } from './beside'
import type { Message } from './types'

export type Row =
  | { key: string; kind: 'fold'; part: Segment; open: boolean }
  | { key: string; kind: 'message'; message: Message; compact: boolean; seen: boolean }
  | { key: string; kind: 'note'; note: Note }
  | { key: string; kind: 'unsent'; item: Unsent }

/** Ids of the agents' messages up to the one that the citizen has seen. */
function seenBy(parts: Segment[], mark: string | null | undefined): Set<string> {
  const all = parts.flatMap((part) => part.messages)
  const at = mark ? all.findIndex((message) => message.id === mark) : -1
  return new Set(all.slice(0, at + 1).filter((message) => message.author === 'agent').map((message) => message.id))
}

export function rowsOf(
  parts: Segment[], isOpen: (part: Segment) => boolean, notes: Note[], unsent: Unsent[], citizenSeen?: string | null,
): Row[] {
  const rows: Row[] = []
  const seen = seenBy(parts, citizenSeen)
  const rest = [...notes].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const upTo = (at: number): void => {
    while (rest.length && Date.parse(rest[0].at) <= at) {
      const note = rest.shift() as Note
      rows.push({ key: 'n' + note.id, kind: 'note', note })
    }
  }
  for (const part of parts) {
    upTo(Date.parse(part.messages[0].at))
    const open = isOpen(part)
    if (part.kind === 'bot') rows.push({ key: 'f' + part.id, kind: 'fold', part, open })
    for (const message of part.messages) {
      upTo(Date.parse(message.at))
      rows.push({ key: message.id, kind: 'message', message, compact: part.kind === 'bot' && !open, seen: seen.has(message.id) })
    }
  }
  upTo(Infinity)
  return [...rows, ...unsent.map((item): Row => ({ key: 'u' + item.key, kind: 'unsent', item }))]
}
