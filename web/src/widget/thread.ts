// The talk as a list: every message once, in order, whatever way and how often it came.
import type { Item, Unsent, Wire } from './types'

/** Take messages in: known ones (by id, or by our own id for the citizen's) are completed, not doubled. */
export function merge(items: readonly Item[], wires: readonly Wire[], now = Date.now()): Item[] {
  const result = [...items]
  for (const wire of wires) {
    const index = result.findIndex((item) => same(item, wire))
    if (index < 0) result.push(fromWire(wire, now))
    else result[index] = complete(result[index], wire, now)
  }
  return ordered(result)
}

/** Add a message of the citizen's own that the server does not have yet. */
export function withUnsent(items: readonly Item[], unsent: Unsent): Item[] {
  if (items.some((item) => item.clientId === unsent.id)) return [...items]
  return [...items, {
    key: unsent.id, clientId: unsent.id, mine: true, author: 'citizen', text: unsent.text, buttons: [],
    attachments: unsent.attachments, at: unsent.at, state: 'waiting',
  }]
}

/** Change one of the citizen's own messages. */
export function changed(items: readonly Item[], clientId: string, change: Partial<Item>): Item[] {
  return ordered(items.map((item) => (item.clientId === clientId ? { ...item, ...change } : item)))
}

/** The agent has read the citizen's messages up to one of them. */
export function readUpTo(items: readonly Item[], id: string, clientId?: string | null): Item[] {
  const last = items.findIndex((item) => item.mine && (item.id === id || (!!clientId && item.clientId === clientId)))
  return items.map((item, index) => (item.mine && index <= last && item.state === 'sent' ? { ...item, seen: true } : item))
}

/** Where to go on after a lost connection: some messages back, so that one that overtook another is not missed. */
export function resumeAfter(items: readonly Item[], overlap = 20): string | undefined {
  const known = items.filter((item) => item.id && item.seq !== undefined)
  return known.length > overlap ? known[known.length - 1 - overlap].id : undefined
}

/** The newest message of the house that we have. */
export function lastOutgoing(items: readonly Item[]): Item | undefined {
  return [...items].reverse().find((item) => !item.mine && item.id)
}

function same(item: Item, wire: Wire): boolean {
  if (wire.id && item.id === wire.id) return true
  return wire.direction === 'in' && !!wire.client_id && item.clientId === wire.client_id
}

function fromWire(wire: Wire, now: number): Item {
  const mine = wire.direction === 'in'
  return {
    key: wire.client_id || wire.id || `${now}-${Math.random()}`,
    id: wire.id, clientId: wire.client_id ?? undefined, seq: wire.seq, mine,
    author: wire.author ?? (mine ? 'citizen' : 'bot'), text: wire.text ?? '',
    buttons: Array.isArray(wire.buttons) ? wire.buttons : [], image: wire.image, voice: wire.voice, seen: wire.seen, custom: wire.custom ?? undefined,
    attachments: wire.attachments ?? [], at: moment(wire, now), state: 'sent',
  }
}

function complete(item: Item, wire: Wire, now: number): Item {
  return {
    ...item, seen: wire.seen ?? item.seen, id: wire.id ?? item.id, seq: wire.seq ?? item.seq, state: 'sent', problem: undefined,
    at: wire.created_at ? moment(wire, now) : item.at,
  }
}

function moment(wire: Wire, now: number): number {
  const at = wire.created_at ? Date.parse(wire.created_at) : NaN
  return Number.isNaN(at) ? now : at
}

/** Stored messages by number; an acknowledged one without number stays behind what it followed; unsent ones last. */
function ordered(items: readonly Item[]): Item[] {
  let highest = -1
  const placed = items.map((item, index) => {
    let place = item.seq
    if (place === undefined) place = item.state === 'sent' ? highest + 0.5 : Number.POSITIVE_INFINITY
    else highest = Math.max(highest, place)
    return { item, place, index }
  })
  placed.sort((a, b) => (a.place === b.place ? a.index - b.index : a.place < b.place ? -1 : 1))
  return placed.map((entry) => entry.item)
}
