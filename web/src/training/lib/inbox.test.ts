import { expect, test } from 'vitest'
import { messagesOf, nextOpen } from './inbox'
import type { InboxRow, Label } from './types'

const label = {} as Label

test('after a deed the next row without a label comes, round the end', () => {
  const rows = [{ label: null }, { label }, { label }, { label: null }]
  expect(nextOpen(rows, 0)).toBe(3)
  expect(nextOpen(rows, 3)).toBe(0)
  expect(nextOpen([{ label }, { label }], 1)).toBe(1)
  expect(nextOpen([], 0)).toBe(0)
})

test('a deed is about one message, or about its near-duplicates as well', () => {
  const row = { message: 'a', near: ['b', 'c'] } as InboxRow
  expect(messagesOf(row, false)).toEqual(['a'])
  expect(messagesOf(row, true)).toEqual(['a', 'b', 'c'])
})
