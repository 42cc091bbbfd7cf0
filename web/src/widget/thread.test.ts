import { describe, expect, it } from 'vitest'

import { changed, lastOutgoing, merge, readUpTo, resumeAfter, withUnsent } from './thread'
import type { Item, Wire } from './types'

const out = (seq: number, text = `r${seq}`): Wire => ({ id: `o${seq}`, seq, direction: 'out', author: 'bot', text })
const own = (seq: number, clientId: string): Wire => ({ id: `i${seq}`, seq, direction: 'in', client_id: clientId, text: clientId })
const words = (items: Item[]): string[] => items.map((item) => item.text)
const unsent = (id: string): { id: string; text: string; attachments: []; at: number } => ({ id, text: id, attachments: [], at: 1 })

describe('merge', () => {
  it('shows a message once however often it comes', () => {
    const items = merge(merge([], [out(1), out(2)]), [out(2), out(1), out(2)])
    expect(words(items)).toEqual(['r1', 'r2'])
  })

  it('puts late ones where they belong', () => {
    expect(words(merge(merge([], [out(5)]), [out(3), out(4)]))).toEqual(['r3', 'r4', 'r5'])
  })

  it('knows its own message again by the id it gave it', () => {
    const items = merge(withUnsent([], unsent('m1')), [own(1, 'm1'), out(2)])
    expect(items.map((item) => [item.text, item.state, item.seq])).toEqual([['m1', 'sent', 1], ['r2', 'sent', 2]])
    expect(items[0].key).toBe('m1')
  })

  it('takes two messages of the same words for two', () => {
    expect(merge([], [own(1, 'a'), { ...own(2, 'b'), text: 'a' }])).toHaveLength(2)
  })

  it('keeps an acknowledged message without a number between what stood around it', () => {
    let items = merge([], [out(1)])
    items = changed(withUnsent(items, unsent('m1')), 'm1', { state: 'sent' })
    items = merge(items, [out(3)])
    expect(words(items)).toEqual(['r1', 'm1', 'r3'])
    expect(words(merge(items, [own(2, 'm1')]))).toEqual(['r1', 'm1', 'r3'])
  })

  it('keeps unsent messages last', () => {
    const items = merge(withUnsent(merge([], [out(1)]), unsent('m1')), [out(2)])
    expect(words(items)).toEqual(['r1', 'r2', 'm1'])
  })

  it('survives messages with missing parts', () => {
    const [item] = merge([], [{ id: 'x', seq: 1, direction: 'out', created_at: 'nonsense' }], 42)
    expect(item).toMatchObject({ text: '', buttons: [], attachments: [], author: 'bot', at: 42 })
  })
})

describe('resumeAfter', () => {
  it('goes back some messages, and to the start while there are few', () => {
    const items = merge([], Array.from({ length: 30 }, (_, index) => out(index + 1)))
    expect(resumeAfter(items)).toBe('o10')
    expect(resumeAfter(items.slice(0, 20))).toBeUndefined()
    expect(resumeAfter([])).toBeUndefined()
  })
})

it('finds the newest message of the house', () => {
  expect(lastOutgoing(withUnsent(merge([], [out(1), own(2, 'a')]), unsent('b')))?.id).toBe('o1')
  expect(lastOutgoing([])).toBeUndefined()
})

describe('what an agent has read', () => {
  it('is all of the citizen\'s own up to the one named, by either number', () => {
    const items = merge([], [own(1, 'a'), out(2), own(3, 'b'), own(4, 'c')])
    const read = (list: Item[]): string[] => list.filter((item) => item.seen).map((item) => item.text)
    expect(read(readUpTo(items, 'i3'))).toEqual(['a', 'b'])
    expect(read(readUpTo(items, 'unknown', 'a'))).toEqual(['a'])
    expect(read(readUpTo(items, 'unknown'))).toEqual([])
    expect(read(merge([], [{ ...own(1, 'a'), seen: true }]))).toEqual(['a'])
  })
})
