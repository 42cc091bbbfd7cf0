/** Names of codes, as an admin reads them. */
import { state } from './state'
import type { Choices, InboxRow, Kind, Label, LabelState, Meaning, Outcome } from './types'

export const KINDS: [Kind, string][] = [
  ['all', '全部'], ['corrected', '坐席改过'], ['unknown', '没听懂'], ['low_margin', '拿不准'], ['handed_over', '转了人工'],
  ['doubtful', '可能标错'],
]
export const OUTCOMES: Record<Outcome, string> = {
  resolved: '已解决', ticket: '已建工单', handed_over: '转了人工', abandoned: '中途离开', open: '还在进行',
}
export const STATES: Record<LabelState, string> = {
  accepted: '采纳', out_of_scope: '超出范围', personal: '个人信息，不用', skipped: '跳过', withdrawn: '已撤回',
}
export const PARTS: Record<string, string> = { train: '训练', test: '测试' }
export const SOURCES: Record<string, string> = { inbox: '收件箱', cluster: '聚类', correction: '坐席更正', doubt: '疑似标错', import: '导入' }
const WHY: Record<string, string> = {
  corrected: '坐席改过', correction: '坐席改过', unknown: '没听懂', fallback: '没听懂', not_found: '没有查到', low_margin: '拿不准',
  handed_over: '转了人工', doubtful: '可能标错', abandoned: '中途离开', emergency: '紧急', low_confidence: '把握小',
}
const DECISIONS: Record<string, string> = { answer: '答了', ask: '反问是哪一条', none: '没有查到', failed: '知识库没有回应' }

export const why = (code: string): string => WHY[code] ?? code

const named = (list: { code: string; name: string }[], code: string | null): string =>
  code ? list.find((one) => one.code === code)?.name ?? (code === 'nlu_fallback' ? '没听懂' : code) : ''

export const intentName = (code: string | null, choices: Choices = state.choices): string =>
  code === 'talk' ? '不是诉求' : named(choices.intents, code) || '没听懂'
export const serviceName = (code: string | null, choices: Choices = state.choices): string => named(choices.services, code)
const DANGERS: Record<string, string> = { gas: '燃气险情', life: '人身险情' }
export const dangerName = (code: string | null, choices: Choices = state.choices): string =>
  DANGERS[code ?? ''] ?? named(choices.emergencies, code)

/** 投诉举报 · 燃气泄漏 · 险情：燃气泄漏 */
export function meaningWords(meaning: Partial<Meaning>, choices: Choices = state.choices): string {
  const danger = meaning.emergency && meaning.emergency !== 'none' ? `险情：${dangerName(meaning.emergency, choices)}` : ''
  const words = [meaning.intent ? intentName(meaning.intent, choices) : '', serviceName(meaning.service ?? null, choices), danger]
  return words.filter(Boolean).join(' · ') || '没听懂'
}

export function labelWords(label: Label, choices: Choices = state.choices): string {
  return label.state === 'accepted' ? meaningWords(label, choices) : STATES[label.state]
}

/** What the bot did with a question, in words; empty where it was no question. */
export const knowledgeWords = (knowledge: InboxRow['knowledge']): string => (knowledge ? DECISIONS[knowledge.decision] ?? knowledge.decision : '')

/** What accepting says: what a person made of it, else what the bot understood. The danger is only ever said by hand. */
export const accepted = (row: InboxRow): Meaning => ({
  intent: row.proposal?.intent ?? row.intent, service: row.proposal ? row.proposal.service : row.service, emergency: null,
})
export const acceptable = (row: InboxRow): boolean => row.proposal !== null || (row.intent !== null && row.intent !== 'nlu_fallback')

/** A service is only asked for what reports or asks about a matter. */
export const hasService = (intent: string | null, choices: Choices = state.choices): boolean =>
  choices.intents.find((one) => one.code === intent)?.act === true
