/** The agent's addresses of the desk's API. */
import { door } from '../../shared/session'
import { call, query, upload } from './call'
import type { Canned, Choices, Found, Hit, Suggestion, TicketForm } from './beside'
import type { Agents, Closed, Head, Message, Page, Queue, Status, Talk, Ticket } from './types'

/** The address of a kept picture or voice note that a message carries. */
export interface Carried { image?: string; voice?: string }

const one = (id: string): string => '/conversations/' + encodeURIComponent(id)

export const api = {
  ...door,

  queue: () => call<Queue>('GET', '/queue'),
  closed: (before: string, q: string) => call<Closed>('GET', '/closed' + query({ before, q })),
  agents: () => call<Agents>('GET', '/presence'),
  setPresence: (status: Status) => call('PUT', '/presence', { status }),

  talk: (id: string) => call<Talk>('GET', one(id)),
  after: (id: string, message: string) => call<Page>('GET', `${one(id)}/messages` + query({ after: message })),
  before: (id: string, message: string) => call<Page>('GET', `${one(id)}/messages` + query({ before: message })),
  take: (id: string) => call<{ conversation: Head }>('POST', one(id) + '/take'),
  say: (id: string, text: string, key: string, after: string, carried: Carried = {}) =>
    call<{ message: Message }>('POST', one(id) + '/messages', { text, key, ...(after && { after }), ...carried }),
  attach: (id: string, file: File) => upload<{ kind: 'image' | 'voice'; url: string }>(one(id) + '/attachments', file),
  release: (id: string, to: 'bot' | 'closed', text: string, wrap: { result?: string; summary?: string } = {}) =>
    call<{ conversation: Head }>('POST', one(id) + '/release', { to, text, ...wrap }),
  typing: (id: string) => call('POST', one(id) + '/typing'),
  seen: (id: string, message: string) => call('POST', one(id) + '/seen', { message }),
  note: (id: string, text: string) => call('POST', one(id) + '/notes', { text }),
  transfer: (id: string, to: { agent?: string; skill?: string }, note: string) =>
    call('POST', one(id) + '/transfer', { ...to, ...(note && { note }) }),
  merge: (id: string, other: string) => call('POST', one(id) + '/merge', { other }),
  file: (id: string, form: TicketForm & { key: string }) => call<{ case: Ticket }>('POST', one(id) + '/cases', form),
  correct: (id: string, turn: string, service: string) => call('POST', one(id) + '/correct', { turn, service }),
  fill: (id: string, text: string) => call<{ text: string }>('POST', one(id) + '/fill', { text }),
  suggestions: (id: string) => call<{ suggestions: Suggestion[] }>('GET', one(id) + '/suggestions'),
  transcript: (id: string, format: 'txt' | 'html') => `${one(id)}/transcript?format=${format}`,
  confirm: (id: string) => call('POST', `/emergencies/${encodeURIComponent(id)}/confirm`),
  phone: (receipt: string) =>
    call<{ phone: string | null }>('POST', `/cases/${encodeURIComponent(receipt)}/phone`),

  takeOver: (id: string) => call('POST', one(id) + '/take_over'),
  reassign: (id: string, agent: string) => call('POST', one(id) + '/reassign', { agent }),
  whisper: (id: string, text: string) => call('POST', one(id) + '/whisper', { text }),

  search: (q: string, before = '') => call<{ hits: Hit[]; more?: boolean }>('GET', '/search' + query({ q, before })),
  knowledge: (q: string) => call<{ results: Found[] }>('GET', '/knowledge' + query({ q })),
  choices: () => call<Choices>('GET', '/choices'),
  canned: () => call<{ canned: Canned[] }>('GET', '/canned'),
  addCanned: (values: Omit<Canned, 'id'>) => call('POST', '/canned', values),
  setCanned: (id: string, values: Omit<Canned, 'id'>) => call('PUT', '/canned/' + encodeURIComponent(id), values),
  dropCanned: (id: string) => call('DELETE', '/canned/' + encodeURIComponent(id)),
}
