import { expect, test } from 'vitest'
import { dueOrder } from './due'
import type { Line } from './types'

const line = (id: string, values: Partial<Line>): Line => ({ id, unread: 0, emergency: null, due_at: null, ...values }) as Line

test('the emergency comes first, then whoever has the least time left; the answered stay out', () => {
  const found = dueOrder([
    line('answered', {}), line('later', { due_at: '2026-11-26T08:03:00Z', unread: 1 }),
    line('sooner', { due_at: '2026-11-26T08:01:00Z', unread: 1 }),
    line('fire', { emergency: { id: 'e' } as Line['emergency'] }), line('old server', { unread: 2 }),
  ])
  expect(found.map((item) => item.id)).toEqual(['fire', 'sooner', 'later', 'old server'])
})
