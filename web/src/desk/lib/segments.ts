/** Splits a history into stretches with the bot (folded) and with people (open). */
import type { Message, Owner } from './types'

export interface Segment {
  id: string
  kind: 'bot' | 'person'
  messages: Message[]
}

function kindOf(message: Message, before: Segment['kind']): Segment['kind'] {
  if (message.author === 'bot') return message.custom?.type === 'handover' ? 'person' : 'bot'
  if (message.author === 'agent') return 'person'
  const type = message.custom?.type
  return type === 'handover' || type === 'emergency' ? 'person' : before
}

/** A citizen's line belongs to whoever answered it; the last ones to whoever owns the conversation. */
export function segments(messages: Message[], owner: Owner): Segment[] {
  const kinds: Segment['kind'][] = []
  let before: Segment['kind'] = 'bot'
  messages.forEach((message, index) => {
    if (message.author !== 'citizen') before = kindOf(message, before)
    kinds[index] = before
  })
  let next: Segment['kind'] = owner === 'bot' ? 'bot' : owner === 'closed' ? before : 'person'
  for (let index = messages.length - 1; index >= 0; index--) {
    if (messages[index].author === 'citizen') kinds[index] = next
    else next = kinds[index]
  }
  const found: Segment[] = []
  messages.forEach((message, index) => {
    const last = found[found.length - 1]
    if (last && last.kind === kinds[index]) last.messages.push(message)
    else found.push({ id: message.id, kind: kinds[index], messages: [message] })
  })
  return found
}

/** An older page before what is held, each message once. */
export function withOlder(held: Message[], page: Message[]): Message[] {
  const known = new Set(held.map((message) => message.id))
  return [...page.filter((message) => !known.has(message.id)), ...held]
}

/** Adds one message that the server has just confirmed. */
export function withNew(held: Message[], message: Message): Message[] {
  return held.some((one) => one.id === message.id) ? held : [...held, message]
}

/**
 * The newest page on top of what is held, in the server's order; null when they do not meet.
 * What is held and missing in the page is older than it, or was said while the page was on its way.
 */
export function withNewest(held: Message[], page: Message[]): Message[] | null {
  const fresh = new Set(page.map((message) => message.id))
  if (held.length && page.length && !held.some((message) => fresh.has(message.id))) return null
  const last = page.length ? page[page.length - 1].at : ''
  const rest = held.filter((message) => !fresh.has(message.id))
  const newer = rest.filter((message) => message.at > last)
  return [...rest.filter((message) => message.at <= last), ...page, ...newer]
}
