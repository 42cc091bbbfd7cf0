import { expect, test } from 'vitest'
import { changeWords } from './changes'
import type { Choices, LabelState } from './types'

const choices: Choices = {
  intents: [{ code: 'report', name: '投诉举报', act: true }], services: [{ code: 'a', name: '路灯' }, { code: 'b', name: '井盖' }], emergencies: [],
}
const label = (service: string, state: LabelState = 'accepted') => ({ intent: 'report', service, emergency: null, state })

test('a change of the service names both', () => {
  expect(changeWords({ before: label('a'), after: label('b') }, choices)).toBe('从“投诉举报 · 路灯”改为“投诉举报 · 井盖”')
})
test('a withdrawal is said as one, and no change as none', () => {
  expect(changeWords({ before: label('a'), after: label('a', 'withdrawn') }, choices)).toBe('从“投诉举报 · 路灯”改为“已撤回”')
  expect(changeWords({ before: label('a'), after: { service: 'a' } }, choices)).toBe('仍是“投诉举报 · 路灯”')
})
