import { expect, test } from 'vitest'
import { guess, missing } from './columns'

test('columns are known by their names', () => {
  expect(guess(['id', 'title', 'details', 'label'], [])).toEqual({ text: ['title', 'details'], label: 'label' })
  expect(guess(['编号', '诉求内容', '一级分类'], [])).toEqual({ text: ['诉求内容'], label: '一级分类' })
})

test('strange names: the longest is the text, the one with the fewest values the label', () => {
  const rows = [{ a: '1', b: '小区门口的路灯坏了很久', c: 'x' }, { a: '2', b: '供热管道漏水没人来修', c: 'x' }, { a: '3', b: '广告牌快掉下来了', c: 'y' }]
  expect(guess(['a', 'b', 'c'], rows)).toEqual({ text: ['b'], label: 'c' })
})

test('an empty file and a lone column do not break the guess', () => {
  expect(guess([], [])).toEqual({ text: [], label: '' })
  expect(guess(['text'], [{ text: '…' }])).toEqual({ text: ['text'], label: '' })
})

test('what is missing is said one at a time', () => {
  expect(missing({ text: [], label: '' }, '')).toBe('请起个名字')
  expect(missing({ text: [], label: 'l' }, 'n')).toContain('文字')
  expect(missing({ text: ['t'], label: '' }, 'n')).toContain('标签')
  expect(missing({ text: ['t'], label: 't' }, 'n')).toContain('同一列')
  expect(missing({ text: ['t'], label: 'l' }, 'n')).toBe('')
})
