import { expect, test } from 'vitest'
import { read, write } from './route'

test('an address is a page with its filters, and nonsense the inbox', () => {
  expect(read('')).toEqual({ view: 'inbox', query: {} })
  expect(read('#/models?id=m1')).toEqual({ view: 'models', query: { id: 'm1' } })
  expect(read('#/nonsense?x=1').view).toBe('inbox')
})

test('filters without a value stay out of the address', () => {
  expect(write('labels', { part: '', q: '路灯 & 井盖' })).toMatch(/^#\/labels\?q=/)
  expect(read(write('labels', { q: '路灯 & 井盖' })).query).toEqual({ q: '路灯 & 井盖' })
})
