/** Articles of the workshop: addresses, names of states, and what may be done next. */
import { query } from '../../shared/http'
import { call, part } from './api'
import type { ArticleBody, ArticleDetail, ArticleList, ArticleState, Miss, Tried, Version } from './types'

const one = (id: string): string => '/articles/' + part(id)

/** `left`: reachable and not yet told. */
export interface Told { recipients: number; offered: number; unreachable: number; left: number }
export interface Recipient { conversation: string; channel: string; at: string; question: string; reachable: boolean; offered_at: string | null }
export interface Recipients extends Told { rows: Recipient[]; more: string | null }

export const articles = {
  list: (wanted: Record<string, string>) => call<ArticleList>('GET', '/articles' + query(wanted), undefined, 30),
  one: (id: string) => call<ArticleDetail>('GET', one(id)),
  add: (body: ArticleBody, note: string) => call<ArticleDetail>('POST', '/articles', { ...body, note }),
  draft: (id: string, body: ArticleBody, note: string, version?: number) =>
    call<ArticleDetail>('PUT', one(id) + '/draft', { ...body, note, ...(version !== undefined && { version }) }),
  review: (id: string, version: number) => call<ArticleDetail>('POST', one(id) + '/review', { version }),
  publish: (id: string, version: number) => call<ArticleDetail>('POST', one(id) + '/publish', { version }, 60),
  withdraw: (id: string, note: string, wrong: boolean) => call<ArticleDetail>('POST', one(id) + '/withdraw', { note, wrong }, 60),
  recipients: (id: string, version: number, before = '') => call<Recipients>('GET', one(id) + '/recipients' + query({ version, before })),
  correct: (id: string, version: number, text: string, preview: boolean) =>
    call<Told & { text: string; sent: number }>('POST', one(id) + '/correction', { version, text, preview }, 60),
  try: (question: string, article: string) => call<Tried>('POST', '/try', { question, ...(article && { article }) }, 60),
  misses: (days: number) => call<{ rows: Miss[]; total: number; groups: number }>('GET', '/misses' + query({ days }), undefined, 60),
}

export const STATES: Record<ArticleState, string> = {
  draft: '草稿', reviewed: '已复核', live: '在用', past: '旧版', withdrawn: '已撤下', expired: '已过期',
}
export const DOMAINS: [string, string][] = [
  ['gas_safety', '燃气安全'], ['property_management', '物业管理'], ['signage', '招牌标识'], ['courtyard_order', '楼院市容'],
  ['public_facilities', '公共设施'], ['other', '其他'],
]
export const DECISIONS: Record<string, string> = { answer: '直接答', ask: '反问是哪一条', none: '没有查到' }

export const emptyBody = (): ArticleBody => ({
  id: '', question: '', answer: '', source: '', similar: [], facts: [], domain: 'other', review_date: null, as_of: null, expires: null, verify: false,
})

/** Only what an article has; versions from elsewhere may hold more. */
export function bodyOf(given: Partial<ArticleBody>): ArticleBody {
  const kept = emptyBody()
  return { ...kept, ...Object.fromEntries(Object.entries(given).filter(([name]) => name in kept)), similar: [...(given.similar ?? [])], facts: [...(given.facts ?? [])] }
}

export const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean)

/** What is wrong with a draft before it is sent; empty when nothing is. */
export function lacks(body: ArticleBody): string {
  if (!/^[a-z0-9][a-z0-9-]{1,59}$/.test(body.id)) return '编号用小写字母、数字和连字符，例如 gas-hose-length'
  if (!body.question.trim()) return '请写市民会怎么问'
  if (!body.answer.trim()) return '请写答复'
  return body.source.trim() ? '' : '请写依据（文件名、条款）'
}

export interface Next { may: 'review' | 'publish' | null; words: string }

/** The next step of a draft, and who may take it: whoever wrote it may not review it. */
export function nextStep(draft: Version | null, me: string): Next {
  if (!draft) return { may: null, words: '' }
  if (draft.state === 'reviewed') return { may: 'publish', words: `第 ${draft.version} 版已由 ${draft.reviewer ?? '别人'} 复核，可以发布` }
  return draft.author_id === me
    ? { may: null, words: `第 ${draft.version} 版是您写的，请另一个人复核` }
    : { may: 'review', words: `第 ${draft.version} 版是 ${draft.author} 写的，等您复核` }
}

export interface Difference { name: string; before: string; after: string }

const FIELDS: [keyof ArticleBody, string][] = [
  ['question', '问题'], ['similar', '相似问法'], ['answer', '答复'], ['source', '依据'], ['facts', '要点编号'], ['domain', '领域'], ['as_of', '截至'],
  ['review_date', '复查日期'], ['expires', '有效期到'], ['verify', '请市民核实'],
]
const words = (field: keyof ArticleBody, value: unknown): string =>
  field === 'domain' ? DOMAINS.find(([code]) => code === value)?.[1] ?? '' : Array.isArray(value) ? value.join('\n') : typeof value === 'boolean' ? (value ? '是' : '否') : String(value ?? '')

/** What a draft changes of what citizens get now. */
export function differences(live: ArticleBody | null, draft: ArticleBody): Difference[] {
  const old = live ? bodyOf(live) : emptyBody(), fresh = bodyOf(draft)
  return FIELDS.map(([field, name]) => ({ name, before: words(field, old[field]), after: words(field, fresh[field]) })).filter((row) => row.before !== row.after)
    .map((row) => (live ? row : { ...row, before: '' }))
}

/** What a correction would do, before it is sent. */
export function toldWords(told: Told): string {
  const parts = [`${told.recipients} 段会话得到过这一版`]
  if (told.offered) parts.push(`${told.offered} 段已经更正过`)
  if (told.unreachable) parts.push(`${told.unreachable} 段的渠道现在没有接通`)
  return parts.join('，') + (told.left ? `；会给 ${told.left} 段发更正` : '；没有要发的了')
}
