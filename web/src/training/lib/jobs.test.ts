import { expect, test } from 'vitest'
import { isOver, logText, took } from './jobs'

test('progress in the log is said without the mark that only programs need', () => {
  expect(logText(['@progress 40 交叉验证', '答对 88%'])).toBe('40% 交叉验证\n答对 88%')
})

test('how long a job took, or takes so far', () => {
  expect(took({ started_at: null, ended_at: null })).toBe('')
  expect(took({ started_at: '2026-11-26T10:00:00Z', ended_at: '2026-11-26T10:03:20Z' })).toBe('3 分 20 秒')
  expect(took({ started_at: '2026-11-26T10:00:00Z', ended_at: null }, Date.parse('2026-11-26T10:00:42Z'))).toBe('42 秒')
})

test('what waits or runs is not over', () => {
  expect([isOver({ state: 'running' }), isOver({ state: 'cancelled' })]).toEqual([false, true])
})
