import { expect, test } from 'vitest'
import { charts, course, driftWords, largest, moved } from './findings'
import type { TrendRow, Trends } from './types'

const row = (name: string, ...counts: number[]): TrendRow => ({ key: name, name, total: counts.reduce((a, b) => a + b, 0), counts })

test('the largest stay, the rest becomes one', () => {
  const found = largest([row('c', 1, 1), row('a', 9, 9), row('b', 3, 4), row('d', 1, 0)], 2)
  expect(found).toEqual([{ name: 'a', values: [9, 9] }, { name: 'b', values: [3, 4] }, { name: '其余', values: [2, 1] }])
})

test('a change is only said when it is more than chance', () => {
  expect([moved([10, 10, 30, 30]), moved([30, 30, 10, 10]), moved([20, 20, 22, 20]), moved([1, 0, 3, 4]), moved([5])])
    .toEqual(['，后半段变多', '，后半段变少', '', '', ''])
})

test('a share rises, falls or stays; gaps do not count', () => {
  expect(course('转人工', [0.1, null, 0.25])).toBe('转人工从前半段的 10% 升到 25%')
  expect(course('转人工', [0.25, 0.1])).toBe('转人工从前半段的 25% 降到 10%')
  expect(course('转人工', [null, 0.2, 0.21])).toBe('转人工稳定在 21% 上下')
  expect(course('转人工', [null, null])).toContain('没有数据')
  expect(course('没听懂的', [0.17, 0.05, 0.06, 0.05, 0.07, 0])).toBe('没听懂的从前半段的 9% 降到 4%')
  expect(course('没转人工', [1, 0.98, 0.99, 0.98, 1, 0.83])).toBe('没转人工从前半段的 99% 降到 94%')
})

test('the drift is the newest that could be judged, and advises', () => {
  expect(driftWords([{ psi: 0, reading: 'same' }, { psi: 0.31, reading: 'other' }, { psi: null, reading: null }])).toContain('再训练（PSI 0.31）')
  expect(driftWords([{ psi: 0, reading: 'same' }, { psi: null, reading: null }])).toContain('太少')
  expect(driftWords([{ psi: null, reading: null }, { psi: 0, reading: 'same' }])).toContain('太少')
  expect(driftWords([{ psi: null, reading: null }, { psi: 0, reading: 'same' }, { psi: 0.02, reading: 'same' }])).toContain('没有变化')
})

test('every chart has a title that says something, a unit, and as many values as places', () => {
  const none = [0, 0]
  const trends: Trends = {
    from: '2026-11-01', to: '2026-11-02', by: 'day', periods: ['2026-11-01', '2026-11-02'], intents: [row('投诉举报', 30, 10), row('咨询', 5, 5)], domains: [],
    channels: [row('网页', 20, 30)], districts: { messages: [row('未说明', 50, 50), row('市北区', 3, 2)], tickets: [] }, drift: { intents: [] },
    confidence: { mean: [0.8, null], bins: [], drift: [] },
    flow: { messages: [20, 30], conversations: none, answered: none, asked: none, not_found: none, handed_over: none, fallback: none, tickets: [2, 3] },
    shares: { by_bot: [0.9, 0.8], handed_over: [0.1, 0.2], fallback: [0, 0] },
  }
  const found = charts(trends)
  expect(found[0].title).toBe('意图：投诉举报最多，占 80%，后半段变少')
  expect(found[1].title).toBe('领域：这段时间没有诉求')
  expect(found[2]).toMatchObject({ title: '区市（市民提到的地点）：市北区最多，占 100%', note: '另有 100 条没有说明在哪个区市，不在图里。' })
  expect(found[2].plot.series.map((one) => one.name)).toEqual(['市北区'])
  for (const chart of found) {
    expect(chart.plot.unit).not.toBe('')
    expect(chart.plot.places).toEqual(['11月1日', '11月2日'])
    for (const series of chart.plot.series) expect(series.values).toHaveLength(2)
  }
})
