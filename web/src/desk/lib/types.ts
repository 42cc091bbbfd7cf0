/** What the desk's API says (hotline/desk/views.py). */
import type { Limits, Note, Notice, TicketForm, WrapUp } from './beside'

export type { Session, User } from '../../shared/session'

export interface Emergency {
  id: string
  conversation_id: string
  kind: 'gas' | 'life'
  kind_name: string
  receipt: string | null
  opened_at: string
  open: boolean
  confirmed_at: string | null
  confirmed_by: string | null
}

export type Owner = 'bot' | 'queue' | 'agent' | 'closed'

export type Skill = 'gas' | 'property' | 'signage' | 'general'
export type Status = 'online' | 'busy' | 'away'

export interface Head {
  id: string
  channel: string
  channel_name: string
  citizen: string
  citizen_id: string
  owner: Owner
  agent_id: string | null
  agent_name: string | null
  mine: boolean
  version: number
  priority: number
  skill: Skill
  position: number
  handover_text: string | null
  queued_at: string | null
  created_at: string
  closed_at: string | null
}

export interface Line extends Head {
  last: { text: string; author: string; at: string }
  unread: number
  waiting_seconds: number
  emergency: Emergency | null
  /** Until when the oldest unanswered message must be answered (three-minute rule). */
  due_at?: string | null
  overdue?: boolean
}

export type LiveTab = 'waiting' | 'mine' | 'all'
export type Tab = LiveTab | 'closed'

export interface Queue {
  waiting: Line[]
  mine: Line[]
  all: Line[]
  counts: Record<LiveTab, number>
  now: string
  presence?: { status: Status | 'offline'; most_chats: number; mine: number }
  /** Within working hours? */
  open?: boolean
  alerts?: number
}

export interface ClosedLine {
  id: string
  citizen: string
  channel: string
  closed_at: string
  agent_name: string | null
  result: string | null
  last: { text: string; author: string; at: string } | string | null
}

export interface Closed {
  rows: ClosedLine[]
  more: boolean
}

export interface AgentRow {
  id: string
  name: string
  status: Status | 'offline'
  since: string
  connected: boolean
  chats: number
  most_chats: number
  skills: Skill[]
}

export interface Agents {
  agents: AgentRow[]
}

export interface Attachment {
  kind: string
  url: string | null
  title: string | null
  latitude: number | null
  longitude: number | null
  address: string | null
}

export interface Message {
  id: string
  conversation_id: string
  author: 'citizen' | 'bot' | 'house' | 'agent'
  agent_name: string | null
  text: string | null
  at: string
  buttons: string[]
  image: string | null
  voice?: string | null
  custom: Record<string, unknown> | null
  attachments: Attachment[]
  status: string
}

export interface Understood {
  turn_id: string
  text: string
  at: string
  intent: string | null
  confidence: number | null
  act_name: string | null
  service_code: string | null
  service_name: string | null
  service_confidence: number | null
  place: string | null
  /** What else it may be, by the bot's own ranking. */
  others: { code: string; name: string }[]
}

export interface Ticket {
  receipt: string
  service_name: string
  title: string
  description: string
  address: string
  phone: string | null
  status: string
  status_text: string
  status_notes: string | null
  department: string | null
  emergency: string | null
  confidential: boolean
  anonymous: boolean
  created_at: string
}

export interface Page extends Head {
  messages: Message[]
  more: boolean
}

export interface Talk extends Page {
  emergencies: Emergency[]
  understanding: Understood[]
  draft: { errand: string; errand_text: string | null; fields: { field: string; label: string; value: string }[] }
  cases: Ticket[]
  notes?: Note[]
  viewers?: { id: string; name: string }[]
  citizen_seen?: string | null
  limits?: Limits
  previous?: WrapUp[]
  alerts?: Notice[]
  /** The right service by turn, where an agent has corrected the bot. */
  corrections?: Record<string, string>
  summary?: string
  ticket?: Partial<TicketForm> | null
}
