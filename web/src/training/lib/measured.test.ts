import { expect, test } from 'vitest'
import { curveOf, curveTitle, mixUps, newest, share } from './measured'
import type { Dataset, Measurement } from './types'

const curve = (...values: number[]): Measurement => ({ accuracy: 0.87, curve: values.map((accuracy, n) => ({ share: n, rows: 100 * (n + 1), accuracy })) })

test('the curve says whether more rows would help', () => {
  expect(curveTitle(curve(0.7, 0.8))).toBe('从 100 条加到 200 条，答对的多了 10.0 个百分点：再多标一些还会更好')
  expect(curveTitle(curve(0.8, 0.803))).toContain('帮助不大')
  expect(curveTitle(curve(0.8))).toBe('')
})

test('the chart is in percent and begins near its lowest value', () => {
  expect(curveOf(curve(0.72, 0.8))).toMatchObject({ unit: '%', places: ['100 条', '200 条'], from: 60 })
  expect(curveOf({ accuracy: 0.5 })).toBeNull()
})

test('the most frequent mix-up comes first', () => {
  const confusions = [{ label: '城管', said: '交通', count: 2 }, { label: '交通', said: '城管', count: 5 }]
  expect(mixUps({ accuracy: 1, confusions })).toEqual(['“交通”当成“城管”：5 条', '“城管”当成“交通”：2 条'])
  expect([share(0.8761), share(null)]).toEqual(['87.6%', '—'])
})

test('the newest measuring that was finished counts', () => {
  const job = (state: string, ended_at: string | null, accuracy: number | null) => ({ state, ended_at, result: accuracy === null ? null : { accuracy } })
  const set = (...measurements: unknown[]): Dataset => ({ measurements }) as Dataset
  expect(newest(set(job('done', '2026-01-01', 0.8), job('done', '2026-02-01', 0.9), job('failed', '2026-03-01', null)))?.accuracy).toBe(0.9)
  expect(newest(set(job('running', null, null)))).toBeNull()
  expect(newest({} as Dataset)).toBeNull()
})
