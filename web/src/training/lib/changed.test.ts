import { expect, test } from 'vitest'
import { replayed, taught } from './changed'

test('a replay says how many conversations would go otherwise, or that there were none', () => {
  const changed = [{ text: '路灯', line: '市民说「路灯」…' }]
  expect(replayed({ current: null, replay: { conversations: 200, changed, changed_count: 1 } })).toEqual({ title: '回放最近 200 段真实会话：有 1 段的回答会变', rows: changed })
  expect(replayed({ current: null, replay: { conversations: 20, changed: [] } })?.title).toBe('回放最近 20 段真实会话：回答都不会变')
  expect(replayed({ current: null, replay: { conversations: 0, changed: [] } })?.title).toBe('还没有真实会话可以回放')
  expect(replayed({ current: null })).toBeNull()
})

test('labels are counted before and after, and those that stay wrong are listed', () => {
  const wrong = [{ text: '灯瞎了', line: '「灯瞎了」标的是路灯，现在听成井盖，新的听成井盖' }]
  expect(taught({ current: null, taught: { size: 12, before: 2, after: 11, wrong } })).toEqual({
    title: '你标注的话：最新 12 条里现在对 2 条，新的对 11 条', rows: wrong })
  expect([taught({ current: null }), taught({ current: null, taught: { size: 0, before: 0, after: 0, wrong: [] } })]).toEqual([null, null])
})
