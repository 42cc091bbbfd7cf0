/** The supervisor's, auditor's and admin's addresses of the desk's API, and what they say. */
import { call, query } from './call'
import type { Notice } from './beside'
import type { AgentRow, Line, Skill } from './types'

export interface BoardAgent extends AgentRow {
  answers: number
  first_answer_seconds: number | null
}

export interface Board {
  now: string
  waiting: number
  longest_wait_seconds: number | null
  agents: BoardAgent[]
  answered_in_3min: number | null
  abandoned: number
  satisfaction: number | null
  by_skill: { skill: Skill; waiting: number; longest_wait_seconds: number; online: number }[]
  overdue: Line[]
}

export type WordKind = 'forbidden' | 'threat' | 'crowd'
export interface Word { id: string; kind: WordKind; word: string }

export type Span = [string, string] | null
export interface Hours {
  days: { workday: Span; weekend: Span; holiday: Span }
  always: boolean
  open_now?: boolean
}

export interface SampleRow {
  id: string
  agent: string
  agent_name: string | null
  channel: string
  closed_at: string
}
export interface FormItem { item: string; name: string; weight: number }
export interface Sheet {
  id: string
  conversation: string
  agent: string
  agent_name: string | null
  reviewer_name: string | null
  scores: Record<string, number>
  total: number
  text: string
  at: string
}

export type Cell = string | number | null
export interface Report {
  columns: { name: string; title: string }[]
  rows: Record<string, Cell>[]
  total: Record<string, Cell>
  /** Months of the span whose figures are closed. */
  frozen: string[]
}

export interface AuditRow { seq: number; at: string; agent: string; agent_name: string | null; action: string; subject: string }

export interface Account {
  id: string
  username: string
  name: string
  roles: string[]
  skills: string[]
  most_chats: number
  disabled: boolean
  must_change?: boolean
  locked?: boolean
  totp?: boolean
  oidc?: boolean
}

const id = encodeURIComponent

export const office = {
  board: () => call<Board>('GET', '/board'),
  alerts: () => call<{ alerts: Notice[] }>('GET', '/alerts'),
  alertSeen: (alert: string) => call('POST', `/alerts/${id(alert)}/seen`),

  words: () => call<{ words: Word[]; built_in: Partial<Record<WordKind, string[]>>; off?: Partial<Record<WordKind, string[]>> }>('GET', '/words'),
  addWord: (kind: WordKind, word: string) => call('POST', '/words', { kind, word }),
  switchWord: (kind: WordKind, word: string, on: boolean) => call('PUT', '/words/built_in', { kind, word, on }),
  dropWord: (word: string) => call('DELETE', `/words/${id(word)}`),
  hours: () => call<Hours>('GET', '/hours'),
  setHours: (hours: Pick<Hours, 'days' | 'always'>) => call<Hours>('PUT', '/hours', hours),

  sample: (agent: string, month: string, n: number) =>
    call<{ of: number; sample: SampleRow[] }>('GET', '/quality/sample' + query({ agent, month, n })),
  form: () => call<{ items: FormItem[] }>('GET', '/quality/form'),
  sheet: (talk: string, scores: Record<string, number>, text: string) =>
    call('POST', `/conversations/${id(talk)}/sheet`, { scores, text }),
  sheets: (agent: string, month: string) => call<{ sheets: Sheet[]; average: number | null }>('GET', '/quality/sheets' + query({ agent, month })),

  report: (from: string, to: string, by: string) => call<Report>('GET', '/reports' + query({ from, to, by })),
  months: () => call<{ frozen: { month: string; at: string }[] }>('GET', '/months'),
  freeze: (month: string) => call('POST', `/months/${id(month)}/freeze`),
  audit: (agent: string, action: string, before?: number) =>
    call<{ rows: AuditRow[]; more: boolean }>('GET', '/audit' + query({ agent, action, before })),

  users: () => call<{ users: Account[] }>('GET', '/users'),
  addUser: (values: Partial<Account>) => call<{ password?: string }>('POST', '/users', values),
  setUser: (user: string, values: Partial<Account>) => call('PUT', `/users/${id(user)}`, values),
  resetUser: (user: string) => call<{ password?: string }>('POST', `/users/${id(user)}/reset`),

  totpBegin: () => call<{ secret: string; uri: string }>('POST', '/totp/begin'),
  totpConfirm: (code: string) => call('POST', '/totp/confirm', { code }),
  totpDrop: (password: string) => call('DELETE', '/totp', { password }),
}
