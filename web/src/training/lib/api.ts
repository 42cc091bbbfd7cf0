/** The training room's addresses for messages, labels and jobs. */
import { client, query } from '../../shared/http'
import type {
  Action, Choices, Cluster, Doubt, Format, Inbox, Job, Label, LabelState, LabelWithChanges, Meaning, Page,
} from './types'

export const { call, send, download } = client('/training/api')
export const part = encodeURIComponent

/** The clusters' first look embeds many messages. */
const LONG = 120

export const api = {
  choices: () => call<Choices>('GET', '/choices'),

  inbox: (wanted: Record<string, string>) => call<Inbox>('GET', '/inbox' + query(wanted), undefined, 60),
  clusters: () => call<{ clusters: Cluster[]; of?: number }>('GET', '/clusters', undefined, LONG),
  label: (messages: string[], action: Action, meaning: Partial<Meaning> = {}, source = 'inbox') =>
    call<{ labels: Label[] }>('POST', '/labels', { messages, action, source, ...meaning }, 60),
  say: (texts: string[], meaning: Partial<Meaning>) => call<{ labels: Label[] }>('POST', '/labels', { texts, ...meaning }, 60),
  labels: (wanted: Record<string, string>) => call<Page<Label>>('GET', '/labels' + query(wanted)),
  labelOf: (id: string) => call<LabelWithChanges>('GET', '/labels/' + part(id)),
  setLabel: (id: string, values: Meaning & { state: LabelState }) => call<{ label: Label }>('PUT', '/labels/' + part(id), values),
  withdraw: (id: string) => call('DELETE', '/labels/' + part(id)),

  doubts: () => call<{ rows: Doubt[]; at?: string | null }>('GET', '/doubts'),
  findDoubts: () => call<{ job: Job }>('POST', '/doubts'),
  bring: (file: Blob, format: Format) => send<{ imported: number; changed: number; same: number }>(`/import?format=${format}`, file),
  take: (format: Format) => download(`/export?format=${format}`, `标注.${format}`),

  jobs: () => call<{ rows: Job[] }>('GET', '/jobs'),
  job: (id: string) => call<Job>('GET', '/jobs/' + part(id)),
  cancel: (id: string) => call('POST', `/jobs/${part(id)}/cancel`),
}
