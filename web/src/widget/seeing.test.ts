import { expect, it } from 'vitest'

import { lastSeen } from './seeing'
import { merge } from './thread'

it('takes the newest of the house\'s words that is in sight, never the citizen\'s own', () => {
  const items = merge([], [
    { id: 'a', seq: 1, direction: 'out', text: 'a' }, { id: 'b', seq: 2, direction: 'out', text: 'b' },
    { id: 'c', seq: 3, direction: 'in', client_id: 'c', text: 'c' }, { id: 'd', seq: 4, direction: 'out', text: 'd' }])
  expect(lastSeen(items, () => true)?.id).toBe('d')
  expect(lastSeen(items, (id) => id !== 'd')?.id).toBe('b')
  expect(lastSeen(items, () => false)).toBeUndefined()
})
