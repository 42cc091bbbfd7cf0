/** What must survive a reload: drafts and answers that have not reached the server, per user and conversation. */
import type { TicketForm } from './beside'

export interface Unsent {
  key: string
  text: string
  at: string
  problem: string
  /** Why it was refused, when the page can do something about it. */
  code?: string
  /** The last message that was on the screen when it was written: the lock against two answers. */
  after?: string
  /** A kept file's address: the message is this alone. */
  image?: string
  voice?: string
}

function read<T>(name: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(name) ?? 'null') as T) ?? otherwise
  } catch {
    return otherwise
  }
}

function write(name: string, value: unknown, empty: boolean): void {
  try {
    if (empty) localStorage.removeItem(name)
    else localStorage.setItem(name, JSON.stringify(value))
  } catch {
    // A full or forbidden storage must not stop the agent from answering.
  }
}

const name = (kind: string, user: string, talk: string): string => `desk.${kind}.${user}.${talk}`

export const draftOf = (user: string, talk: string): string => read(name('draft', user, talk), '')
export const keepDraft = (user: string, talk: string, text: string): void => write(name('draft', user, talk), text, !text)
export const noteOf = (user: string, talk: string): string => read(name('note', user, talk), '')
export const keepNote = (user: string, talk: string, text: string): void => write(name('note', user, talk), text, !text)
export const unsentOf = (user: string, talk: string): Unsent[] => read(name('unsent', user, talk), [])
export const keepUnsent = (user: string, talk: string, items: Unsent[]): void =>
  write(name('unsent', user, talk), items, items.length === 0)

/** Conversations that hold something of this user's. */
export function withKept(kind: 'draft' | 'note' | 'unsent', user: string): string[] {
  const start = `desk.${kind}.${user}.`
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(start)).map((key) => key.slice(start.length))
  } catch {
    return []
  }
}

export interface Likes {
  sound: boolean
  desktop: boolean
}
export const likesOf = (): Likes => read('desk.likes', { sound: true, desktop: false })
export const keepLikes = (likes: Likes): void => write('desk.likes', likes, false)

/** Tickets begun and not filed, by conversation, while the page is open: they hold phones, which no disk should. */
export const halfFilled = new Map<string, TicketForm>()
