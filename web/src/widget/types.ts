// What travels on the socket (connectors/web/wire.py) and what the widget keeps of it.

export interface Button { title: string; payload: string }

export interface Attachment {
  kind: 'image' | 'location' | 'voice' | 'file'
  url?: string
  title?: string
  latitude?: number
  longitude?: number
  address?: string
}

export type Author = 'citizen' | 'bot' | 'house' | 'agent'

/** `custom` says what a message is; unknown kinds are shown as plain text. */
export interface Custom { type?: string; [key: string]: unknown }

export interface Wire {
  id?: string
  seq?: number
  direction?: 'in' | 'out'
  author?: Author
  client_id?: string | null
  text?: string
  buttons?: Button[]
  image?: string
  voice?: string
  custom?: Custom
  attachments?: Attachment[]
  created_at?: string
  /** An agent has read it. */
  seen?: boolean
}

export type Sending = 'waiting' | 'sent' | 'failed'

export interface Item {
  key: string
  id?: string
  clientId?: string
  seq?: number
  mine: boolean
  author: Author
  text: string
  buttons: Button[]
  image?: string
  voice?: string
  custom?: Custom
  attachments: Attachment[]
  at: number
  seen?: boolean
  state: Sending
  problem?: string
}

export interface Ack { id?: string; ok?: boolean; error?: string; retry_after?: number; limit?: number }

export interface Unsent { id: string; text: string; attachments: Attachment[]; at: number }
