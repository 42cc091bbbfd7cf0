/** What stands beside a conversation (hotline/desk/talk_views.py): notes, forms, help with answering, search. */
import type { Skill } from './types'

export interface Note {
  id: string
  agent_name: string | null
  text: string
  at: string
  whisper: boolean
}

export interface Limits {
  can_send: boolean
  left: number | null
  until: string | null
  why: string
}

export interface WrapUp {
  id: string
  closed_at: string
  agent_name: string | null
  result: string
  result_name: string
  text: string
  /** What the citizen answered to the satisfaction request, 1 to 5. */
  score: number | null
}

export interface Notice {
  id: string
  conversation: string
  kind: 'threat' | 'crowd'
  kind_name: string
  /** In the board's list only: who said what. */
  citizen?: string
  text?: string
  at: string
  seen_by: string | null
}

export interface TicketForm {
  service_code: string
  title: string
  description: string
  address: string
  phone: string
  name: string
  act: string
  confidential: boolean
}

export interface Choice {
  code: string
  name: string
}

/** What forms offer: the server's catalogue and codes. */
export interface Choices {
  services: Choice[]
  acts: Choice[]
  results: Choice[]
}

export interface Suggestion {
  kind: 'article' | 'canned'
  title: string
  text: string
  source?: string
  verify?: boolean
}

export interface Found {
  article: string
  question: string
  answer: string
  source: string
  score: number
  verify: boolean
}

export interface Canned {
  id: string
  title: string
  text: string
  skill: Skill | null
  mine: boolean
}

export interface Hit {
  kind: 'message' | 'case' | 'note' | 'wrap_up'
  conversation: string
  at: string
  text: string
}
