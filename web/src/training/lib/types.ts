/** What the training room's API says about messages and labels. */
export interface Page<T> { rows: T[]; more: string | null }

export interface Choice { code: string; name: string }
export interface IntentChoice extends Choice { act: boolean }
export interface Choices { intents: IntentChoice[]; services: Choice[]; emergencies: Choice[] }

export type LabelState = 'accepted' | 'out_of_scope' | 'personal' | 'skipped' | 'withdrawn'
export type Part = 'train' | 'test'

/** What somebody says a message is. */
export interface Meaning { intent: string | null; service: string | null; emergency: string | null }

export interface Label extends Meaning {
  id: string
  message: string | null
  text: string
  state: LabelState
  part: Part
  source: string
  author: string
  created_at: string
  updated_at: string
}

export interface LabelChange { before: Partial<Label>; after: Partial<Label>; author: string; at: string }
export interface LabelWithChanges { label: Label; changes: LabelChange[] }

export type Kind = 'all' | 'low_margin' | 'corrected' | 'unknown' | 'handed_over' | 'doubtful'
export type Outcome = 'resolved' | 'ticket' | 'handed_over' | 'abandoned' | 'open'

export interface InboxRow {
  message: string
  turn: string | null
  at: string
  channel: string
  text: string
  intent: string | null
  service: string | null
  confidence: number | null
  margin: number | null
  knowledge: { decision: string; article: string | null } | null
  emergency: string | null
  outcome: Outcome
  correction: { service: string; by: string } | null
  /** What a person made of it: the agent's correction, or the ticket that an agent filed. */
  proposal: { intent: string; service: string | null; from: 'correction' | 'ticket' } | null
  label: Label | null
  near: string[]
  why: string[]
  score: number
}

export interface Inbox extends Page<InboxRow> { counts: Partial<Record<Kind, number>> }

export interface Cluster {
  id: string
  size: number
  why: string[]
  messages: { message: string; text: string }[]
  proposal: { intent: string | null; service: string | null } | null
  draft: { question: string; similar: string[] } | null
}

export type Action = 'accept' | 'change' | 'skip' | 'out_of_scope' | 'personal'
export interface Doubt { text: string; intent: string; service: string | null; suggested: { intent: string | null; service: string | null }; score: number; where: string }
export interface Problem { line: number; reason: string }
export type Format = 'csv' | 'jsonl' | 'yml'

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
export interface Job {
  id: string
  kind: string
  subject: string | null
  state: JobState
  stage: string | null
  progress: number
  log?: string[]
  result?: unknown
  error: string | null
  created_at: string
  started_at: string | null
  ended_at: string | null
}

/** How many of `size` examples the serving model and the candidate get right. */
export interface Count { size: number; before: number; after: number }
export interface CodeCount extends Count { code: string }
/** `line` says it all in Chinese; `effect` is 变好, 变差, 不分高下 or 未标注. */
export interface Changed { text: string; line: string; effect?: string }
export interface Comparison {
  current: string | null
  emergency?: (Count & { lost: { text: string }[]; gained: { text: string }[]; alarms?: { before: number; after: number } }) | null
  services?: CodeCount[]
  intents?: CodeCount[]
  knowledge?: Count | null
  outside?: Count | null
  changed?: Changed[]
  changed_count?: number
  /** How the newest labels that trained are heard; `wrong` are those that the candidate still hears otherwise. */
  taught?: (Count & { wrong: Changed[] }) | null
  replay?: { conversations: number; turns?: number; changed: Changed[]; changed_count?: number } | null
  /** Rows whose words were erased at a citizen's request. */
  erased?: number
  /** What could not be compared. */
  notes?: string[]
  crossvalidation?: Record<'intent' | 'service', { mean: number } | null> | null
}
/** A threshold of a candidate; `name` has a dot where the number is a part of another. */
export interface Limit {
  name: string
  title: string
  words: string
  least: number
  most: number
  whole: boolean
  default: number
  present: number
}
export interface Limits extends Page<Limit> { model: string | null }
export interface Gate { passed: boolean; reasons: string[] }
export type ModelState = 'training' | 'trained' | 'refused' | 'ready' | 'failed' | 'cancelled'
/** `unlearnt`: labels since the newest training that came to an end, or still runs. */
export interface Models extends Page<Model> { unlearnt: number }
export interface Model {
  id: string
  state: ModelState
  data_hash: string | null
  thresholds: Record<string, unknown>
  figures: Record<string, unknown> | null
  comparison?: Comparison | null
  gate: Gate | null
  notes: string
  author: string
  author_name?: string | null
  created_at: string
  ended_at: string | null
  job?: string | null
}
export interface Publication {
  id: string
  model: string | null
  kind: 'publish' | 'rollback' | 'fallback'
  state: 'wanted' | 'starting' | 'serving' | 'past' | 'failed'
  author: string
  author_name: string | null
  reason: string
  error: string | null
  at: string
  served_at: string | null
  ended_at: string | null
}
export interface Serving { model: string | null; since: string | null; state: 'wanted' | 'starting' | 'serving' | 'none'; history: Publication[] }

export interface Dataset {
  id: string
  name: string
  columns: { text: string[]; label: string }
  size: number
  labels: { label: string; count: number }[]
  at: string
  /** Of one data set alone: the jobs that measured it, and whether its Rasa model is there. */
  measurements?: (Job & { result: Measurement | null })[]
  model?: boolean
}
/** Shares are of one. */
export interface Measurement {
  accuracy: number
  folds?: number[]
  deviation?: number
  macro_f1?: number
  curve?: { share: number; rows: number; accuracy: number }[]
  labels?: { label: string; rows: number; precision: number; recall: number; f1: number }[]
  confusions?: { label: string; said: string; count: number; examples?: string[] }[]
  seconds?: number
  peak_mb?: number
  at?: string
}
export interface Upload { upload: string; columns: string[]; rows: Record<string, string>[]; count: number; encoding: string; problems?: Problem[] }

export interface ArticleBody {
  id: string
  question: string
  answer: string
  source: string
  similar: string[]
  facts: string[]
  domain: string
  review_date: string | null
  as_of: string | null
  expires: string | null
  verify: boolean
}
export type ArticleState = 'draft' | 'reviewed' | 'live' | 'past' | 'withdrawn' | 'expired'
export interface Version {
  version: number
  state: ArticleState
  wrong: boolean
  note: string
  author: string
  author_id: string
  reviewer: string | null
  created_at: string
  body: ArticleBody
  live_from: string | null
  live_until: string | null
}
export interface ArticleLine {
  id: string
  question: string
  domain: string
  state: ArticleState
  version: number | null
  review_date: string | null
  expires: string | null
  due: boolean
  verify: boolean
  edited_online: boolean
  updated_at: string | null
  draft: Version | null
}
export interface ArticleList extends Page<ArticleLine> { counts: Partial<Record<ArticleState, number>>; due: number }
export interface ArticleDetail extends ArticleLine {
  file: string | null
  feedback: { useful: number; useless: number }
  live: Version | null
  versions: Version[]
}
export interface KnowledgeFound { article: string; question: string; score: number; answer: string; source: string }
export interface KnowledgeSaid { decision: 'answer' | 'ask' | 'none'; results: KnowledgeFound[] }
export interface Tried { live: KnowledgeSaid; draft: KnowledgeSaid }
export interface Miss {
  question: string
  count: number
  conversations: number
  first: string
  last: string
  examples: { turn: string; text: string; at: string }[]
  nearest: { article: string; question: string; score: number } | null
}

export interface TrendRow { key: string; name: string; total: number; counts: number[] }
export interface Drift { psi: number | null; reading: 'same' | 'changed' | 'other' | null }
export interface Trends {
  from: string
  to: string
  by: 'day' | 'week'
  periods: string[]
  intents: TrendRow[]
  domains: TrendRow[]
  channels: TrendRow[]
  districts: { messages: TrendRow[]; tickets: TrendRow[] }
  drift: { intents: Drift[] }
  confidence: { mean: (number | null)[]; bins: number[][]; drift: Drift[] }
  flow: Record<'messages' | 'conversations' | 'answered' | 'asked' | 'not_found' | 'handed_over' | 'fallback' | 'tickets', number[]>
  shares: Record<'by_bot' | 'handed_over' | 'fallback', (number | null)[]>
  meaning?: Record<string, string>
}
