// What this device keeps: the session, the type size and messages not yet sent. Falls back to memory.
import type { Unsent } from './types'

const SESSION = 'hotline-session'
const UNSENT = 'hotline-unsent'
const SIZE = 'hotline-size'
const OLDEST = 24 * 3600 * 1000

type Box = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** A store that works even where the browser forbids its own (private windows, embedded frames). */
export function safeBox(browser: () => Box): Box {
  const memory = new Map<string, string>()
  const attempt = <T>(action: (box: Box) => T, otherwise: () => T): T => {
    try { return action(browser()) } catch { return otherwise() }
  }
  return {
    getItem: (name) => attempt((box) => box.getItem(name), () => null) ?? memory.get(name) ?? null,
    setItem: (name, value) => { memory.set(name, value); attempt((box) => box.setItem(name, value), () => undefined) },
    removeItem: (name) => { memory.delete(name); attempt((box) => box.removeItem(name), () => undefined) },
  }
}

export class Keeping {
  constructor(private readonly box: Box = safeBox(() => window.localStorage)) {}

  session(): string | null { return this.box.getItem(SESSION) }
  keepSession(id: string): void { this.box.setItem(SESSION, id) }

  size(): string | null { return this.box.getItem(SIZE) }
  keepSize(size: string): void { this.box.setItem(SIZE, size) }

  /** Messages that were written but never acknowledged; a day old ones are not sent behind the citizen's back. */
  unsent(now = Date.now()): Unsent[] {
    try {
      const list: unknown = JSON.parse(this.box.getItem(UNSENT) ?? '[]')
      return Array.isArray(list) ? list.filter((entry): entry is Unsent => valid(entry) && now - entry.at < OLDEST) : []
    } catch { return [] }
  }

  keepUnsent(entry: Unsent): void {
    this.write([...this.unsent().filter((other) => other.id !== entry.id), entry])
  }

  dropUnsent(id: string): void { this.write(this.unsent().filter((entry) => entry.id !== id)) }

  /** For shared computers: this device no longer knows of the talk. */
  forget(): void {
    this.box.removeItem(SESSION)
    this.box.removeItem(UNSENT)
  }

  private write(list: Unsent[]): void {
    if (list.length) this.box.setItem(UNSENT, JSON.stringify(list))
    else this.box.removeItem(UNSENT)
  }
}

function valid(entry: unknown): entry is Unsent {
  if (typeof entry !== 'object' || entry === null) return false
  const { id, text, attachments, at } = entry as Record<string, unknown>
  return typeof id === 'string' && typeof text === 'string' && Array.isArray(attachments) && typeof at === 'number'
}
