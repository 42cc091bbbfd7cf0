import { expect, test } from 'vitest'
import { changes, fallenBack, findings, flat, former, reasonWords, stateWords, publishable, servingWords, tooMuch, verdict, verdictIn } from './gate'
import type { Choices, Comparison, Publication, Serving } from './types'

const choices: Choices = { intents: [], services: [{ code: 'a', name: '路灯' }, { code: 'b', name: '井盖' }], emergencies: [] }
const whole: Comparison = {
  current: null,
  emergency: { size: 500, before: 480, after: 482, lost: [], gained: [{ text: '一股臭鸡蛋味' }] },
  services: [{ code: 'a', size: 200, before: 190, after: 185 }, { code: 'b', size: 20, before: 10, after: 18 }],
  knowledge: { size: 300, before: 280, after: 279 }, outside: null,
}
const row = (model: string | null, state: Publication['state'], served = true): Publication => ({
  id: '1', model, kind: 'publish', state, author: 'a', author_name: null, reason: '', error: null, at: '', served_at: served ? 'x' : null, ended_at: null,
})

test('a loss counts as the gate counts it: more than two points and more than two examples', () => {
  expect([[20, 20, 18], [20, 20, 17], [200, 190, 186], [200, 190, 185]].map(([size, before, after]) => tooMuch({ size, before, after })))
    .toEqual([false, true, false, true])
})

test('changes come worst first and without what stayed', () => {
  const found = changes([...whole.services!, { code: 'c', size: 9, before: 9, after: 9 }], (code) => code)
  expect(found.map((one) => [one.code, one.change, one.tooMuch])).toEqual([['a', -5, true], ['b', 8, false]])
  expect(changes(undefined, (code) => code)).toEqual([])
})

test('findings are sentences, the danger first, and say what was not compared', () => {
  expect(findings(whole, choices)).toEqual([
    '紧急情况：500 条里没有一条原来听得出、现在会漏掉，还多听出 1 条', '事项：1 类变好，1 类变差，其余一样',
    '知识问答：300 条里现在对 280 条，新的对 279 条（少对 1 条）', '库里没有答案的问题：没有比较'])
  const lost = { ...whole, emergency: { ...whole.emergency!, lost: [{ text: '煤气味' }] } }
  expect(findings(lost, choices)[0]).toBe('紧急情况：有 1 条原来听得出、现在会漏掉')
  expect(findings({ current: null }, choices)[0]).toBe('紧急情况：没有比较')
})

test('the verdict says passed, refused with reasons, or not yet', () => {
  expect(verdict({ state: 'ready', gate: { passed: true, reasons: [] } }).tone).toBe('good')
  expect(verdict({ state: 'refused', gate: { passed: false, reasons: ['漏掉'] } })).toEqual({ tone: 'bad', title: '检查没有通过，不建议发布', reasons: ['漏掉'] })
  expect(verdict({ state: 'training', gate: null }).tone).toBe('wait')
})

test('what serves cannot be published again, what failed not at all', () => {
  const serving: Serving = { model: 'm1', since: null, state: 'serving', history: [] }
  expect([publishable({ id: 'm1', state: 'ready' }, serving), publishable({ id: 'm2', state: 'refused' }, serving),
    publishable({ id: 'm2', state: 'failed' }, serving), publishable({ id: 'm2', state: 'ready' }, null)]).toEqual([false, true, false, false])
})

test('one goes back only to what has served, each once', () => {
  const history = [row('m3', 'failed'), row('m2', 'serving'), row('m1', 'past'), row(null, 'past'), row('m1', 'past'), row('m4', 'wanted', false)]
  expect(former({ model: 'm2', since: null, state: 'serving', history })).toEqual(['m1', null])
})

test('a model that was taken out is no way back, and the room says why another one serves', () => {
  const bad = { ...row('m2', 'failed'), error: '运行中反复退出' }
  const now: Publication = { ...row('m1', 'serving'), kind: 'fallback', reason: '模型 m2 运行中反复退出' }
  const serving: Serving = { model: 'm1', since: null, state: 'serving', history: [now, bad, row('m2', 'past'), row(null, 'past')] }
  expect(former(serving)).toEqual([null])
  expect(fallenBack(serving)).toContain('自动退回到了模型 m1：模型 m2 运行中反复退出')
  expect(fallenBack({ ...serving, history: [row('m1', 'serving')] })).toBe('')
  expect([stateWords(bad), stateWords(row('m3', 'failed', false))]).toEqual(['已停用', '没有启动成功'])
  const model = { id: 'm2', state: 'ready' as const, gate: { passed: true, reasons: [] } }
  expect(verdictIn(model, serving)).toEqual({ tone: 'bad', title: '上一次服务时出了问题，已停用', reasons: ['运行中反复退出'] })
  expect([verdictIn({ ...model, id: 'm1' }, serving).tone, verdictIn(model, null).tone]).toEqual(['good', 'good'])
  expect(reasonWords(now)).toBe('原因：模型 m2 运行中反复退出')
  expect([reasonWords(bad), reasonWords({ ...bad, reason: '演习' })]).toEqual(['', '没通过检查仍发布，理由：演习'])
})

test('while a model changes, both are named', () => {
  const said = servingWords({ model: null, since: null, state: 'starting', history: [row('abcdefghij', 'starting', false)] })
  expect(said).toBe('正在换成模型 abcdefgh，换好之前仍由出厂模型回答')
})

test('nested figures become lines with names', () => {
  expect(flat({ heard: { gas: 0.35 } })).toEqual([['有字眼时报警 · 燃气', '0.35']])
  expect(flat({ sure_enough: 0.3, seconds: { bot: 212 }, other: null })).toEqual([['意图的门槛', '0.3'], ['用时（秒） · 机器人', '212']])
})
