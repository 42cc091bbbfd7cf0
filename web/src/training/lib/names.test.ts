import { expect, test } from 'vitest'
import { acceptable, accepted, hasService, knowledgeWords, labelWords, meaningWords } from './names'
import type { Choices, InboxRow, Label } from './types'

const choices: Choices = {
  intents: [{ code: 'report', name: '投诉举报', act: true }, { code: 'greet', name: '问好', act: false }],
  services: [{ code: 'gas_leak', name: '燃气泄漏报修' }],
  emergencies: [{ code: 'none', name: '没有危险' }, { code: 'gas:leak', name: '燃气泄漏' }],
}
const row = (values: Partial<InboxRow>): InboxRow => ({
  message: 'm', turn: 't', at: '2026-11-26T00:00:00Z', channel: 'web', text: '…', intent: 'report', service: 'a', confidence: 0.5,
  margin: 0.1, knowledge: null, emergency: null, outcome: 'open', correction: null, proposal: null, label: null, near: [], why: [], score: 1, ...values,
})

test('a meaning names what it holds and leaves out that there is no danger', () => {
  expect(meaningWords({ intent: 'report', service: 'gas_leak', emergency: 'gas:leak' }, choices)).toBe('投诉举报 · 燃气泄漏报修 · 险情：燃气泄漏')
  expect(meaningWords({ intent: 'greet', service: null, emergency: 'none' }, choices)).toBe('问好')
  expect(meaningWords({ intent: 'nlu_fallback' }, choices)).toBe('没听懂')
  expect(meaningWords({ intent: 'new_code' }, choices)).toBe('new_code')
})

test('a label that is no acceptance says so instead of a meaning', () => {
  const label = { state: 'out_of_scope', intent: 'report', service: null, emergency: null } as Label
  expect(labelWords(label, choices)).toBe('超出范围')
  expect(labelWords({ ...label, state: 'accepted' }, choices)).toBe('投诉举报')
})

test('accepting takes what a person made of it before the bot\'s guess, and nothing where nobody knows', () => {
  const proposal = { intent: 'consult', service: 'b', from: 'correction' as const }
  expect(accepted(row({ proposal }))).toEqual({ intent: 'consult', service: 'b', emergency: null })
  expect(accepted(row({ emergency: 'gas' })).service).toBe('a')
  expect(acceptable(row({ intent: 'nlu_fallback' }))).toBe(false)
  expect(acceptable(row({ intent: 'nlu_fallback', proposal }))).toBe(true)
})

test('only acts have a service', () => {
  expect([hasService('report', choices), hasService('greet', choices), hasService(null, choices)]).toEqual([true, false, false])
})

test('a knowledge decision is said in words', () => {
  expect(knowledgeWords(null)).toBe('')
  expect(knowledgeWords({ decision: 'answer', article: 'gas-hose' })).toBe('答了')
  expect(knowledgeWords({ decision: 'none', article: null })).toBe('没有查到')
})
