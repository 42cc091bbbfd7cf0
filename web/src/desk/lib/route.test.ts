import { expect, test } from 'vitest'
import { read, write } from './route'

test('an address is a conversation or a view with its filters', () => {
  expect(read('')).toEqual({ view: 'talk', id: '', query: {} })
  expect(read('#c0ffee')).toEqual({ view: 'talk', id: 'c0ffee', query: {} })
  expect(read('#/reports?by=day&from=2026-11-01')).toEqual({ view: 'reports', id: '', query: { by: 'day', from: '2026-11-01' } })
  expect(read('#/nonsense').view).toBe('talk')
})

test('filters without a value stay out of the address', () => {
  expect(write('audit', { agent: '', action: 'phone' })).toBe('#/audit?action=phone')
  expect(read(write('search', { q: '延吉路 & 路灯' })).query).toEqual({ q: '延吉路 & 路灯' })
})
