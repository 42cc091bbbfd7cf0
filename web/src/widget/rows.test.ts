import { describe, expect, it } from 'vitest'

import { handover, rows, ticketStatuses } from './rows'
import { merge } from './thread'
import type { Item, Wire } from './types'

const START = Date.parse('2026-06-01T08:00:00+08:00')

function talk(...lines: Partial<Wire>[]): Item[] {
  return merge([], lines.map((line, index) => ({
    id: `m${index}`, seq: index, direction: 'out', author: 'bot', text: '话',
    created_at: new Date(START + index * 1000).toISOString(), ...line,
  })))
}
const mine = { direction: 'in', author: 'citizen' } as const
const queue = (position: number): Partial<Wire> => ({ author: 'house', custom: { type: 'handover', position } })

describe('handover', () => {
  it('is the bot\'s until somebody hands over', () => expect(handover(talk(mine, {}))).toBeNull())
  it('follows the place in the queue', () => expect(handover(talk(mine, queue(3), mine, queue(1)))).toBe(1))
  it('is the agent\'s once one has it', () => expect(handover(talk(queue(1), queue(0), mine, queue(0)))).toBe(0))
  it('is the agent\'s when one speaks', () => expect(handover(talk(mine, { author: 'agent' }))).toBe(0))
  it('ends with the house\'s farewell', () => expect(handover(talk(queue(0), { author: 'house' }))).toBeNull())
  it('ends when the bot answers again', () => expect(handover(talk(queue(0), mine, {}))).toBeNull())
  it('is not ended by what the bot said along with it', () => expect(handover(talk(mine, queue(2), {}))).toBe(2))
  it('is not ended by advice or a ticket', () => {
    const advice = { author: 'house', custom: { type: 'emergency', kind: 'gas' } } as const
    const ticket = { author: 'house', custom: { type: 'ticket', receipt: 'QD20260601000001' } } as const
    expect(handover(talk(queue(2), mine, advice, ticket))).toBe(2)
  })
})

describe('rows', () => {
  const kinds = (items: Item[]): string[] => rows(items, START).map((row) => row.kind)

  it('leaves out repeated hand-over messages', () => {
    const items = talk(mine, queue(2), mine, queue(1), mine, queue(0), mine, queue(0), { author: 'agent' })
    expect(rows(items, START).filter((row) => row.item.custom).map((row) => row.item.id)).toEqual(['m1', 'm5'])
    expect(kinds(items)).toEqual(['text', 'text', 'text', 'text', 'status', 'text', 'text'])
  })

  it('shows a repeated hand-over that offers other ways', () => {
    const buttons = [{ title: '继续排队', payload: '继续排队' }]
    const items = talk(mine, queue(2), { ...queue(2), buttons }, queue(0), { ...queue(0), buttons })
    expect(rows(items, START).map((row) => row.item.id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4'])
    expect(kinds(items)).toEqual(['text', 'text', 'text', 'status', 'text'])
  })

  it('tells of another agent, though somebody had it before', () => {
    const passed = { ...queue(0), text: '已为您转给坐席李' }
    const items = talk(mine, queue(1), queue(0), passed, mine, mine, queue(0), queue(0))
    expect(rows(items, START).map((row) => row.item.id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5'])
  })

  it('shows the way back from an agent to the queue', () => {
    expect(rows(talk(mine, queue(1), queue(0), queue(2), queue(1)), START).map((row) => row.item.id)).toEqual(['m0', 'm1', 'm2', 'm3'])
  })

  it('shows the next hand-over after the bot had it again', () => {
    const items = talk(queue(1), { author: 'house' }, mine, queue(4))
    expect(rows(items, START)).toHaveLength(4)
  })

  it('draws cards only where their parts are there', () => {
    expect(kinds(talk(
      { custom: { type: 'ask', field: 'confirm', fields: { matter: '路灯' } } }, { custom: { type: 'ask', field: 'confirm' } },
      { custom: { type: 'ticket', receipt: 'QD20260601000001' } }, { custom: { type: 'ticket' } },
      { custom: { type: 'answer' } }, { custom: { type: 'emergency' } }, { custom: { type: 'something new' } },
    ))).toEqual(['confirm', 'text', 'ticket', 'text', 'answer', 'emergency', 'text'])
  })

  it('keeps buttons alive only until the citizen speaks', () => {
    expect(rows(talk({}, mine, {}, {}), START).map((row) => row.active)).toEqual([false, false, true, true])
  })

  it('names who speaks where that changes', () => {
    const items = talk(mine, {}, {}, mine, {}, { author: 'agent' })
    expect(rows(items, START).map((row) => row.speaker ?? '')).toEqual(['', '智能助手', '', '', '智能助手', '人工坐席'])
  })

  it('tells the time after a pause', () => {
    const items = talk({}, {}, { created_at: new Date(START + 3_600_000).toISOString() })
    expect(rows(items, START).map((row) => !!row.time)).toEqual([true, false, true])
  })
})

it('knows the newest status of a ticket', () => {
  const ticket = (status: string): Partial<Wire> => ({ custom: { type: 'ticket', receipt: 'QD20260601000001', status } })
  expect(ticketStatuses(talk(ticket('pending'), {}, ticket('processing')))).toEqual({ QD20260601000001: 'processing' })
})
