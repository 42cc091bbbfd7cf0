/** What the desk's API says (hotline/desk/views.py). */
export interface User {
  id: string
  username: string
  name: string
  role: string
  role_name: string
  rights: string[]
  must_change: boolean
}

export interface Session {
  user: User
  csrf: string
  expires_at: string
}

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

export interface Head {
  id: string
  channel: string
  channel_name: string
  citizen: string
  owner: Owner
  agent_id: string | null
  agent_name: string | null
  mine: boolean
  version: number
  priority: number
  position: number
  handover_text: string | null
  queued_at: string | null
  created_at: string
}

export interface Line extends Head {
  last: { text: string; author: string; at: string }
  unread: number
  waiting_seconds: number
  emergency: Emergency | null
}

export type Tab = 'waiting' | 'mine' | 'all'

export interface Queue {
  waiting: Line[]
  mine: Line[]
  all: Line[]
  counts: Record<Tab, number>
  now: string
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
  service_name: string | null
  service_confidence: number | null
  place: string | null
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
}
