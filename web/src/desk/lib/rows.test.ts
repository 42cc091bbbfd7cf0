import { expect, test } from 'vitest'
import { rowsOf } from './rows'
import type { Segment } from './segments'
import type { Note } from './beside'
import type { Message } from './types'

const at = (second: number): string => new Date(1_700_000_000_000 + second * 1000).toISOString()
const say = (id: string, author: Message['author'], second: number): Message => ({
  id, conversation_id: 'c', author, agent_name: null, text: id, at: at(second), buttons: [], image: null, custom: null,
  attachments: [], status: 'stored',
})
const note = (id: string, second: number): Note => ({ id, agent_name: '王', text: id, at: at(second), whisper: false })
const parts: Segment[] = [
  { id: 'a', kind: 'bot', messages: [say('a', 'citizen', 0), say('b', 'bot', 1)] },
  { id: 'c', kind: 'person', messages: [say('c', 'agent', 5), say('d', 'citizen', 9), say('e', 'agent', 12)] },
]

test('notes stand between the messages by time, what is not sent yet at the end', () => {
  const rows = rowsOf(parts, () => false, [note('late', 99), note('early', 7)], [{ key: 'k', text: '…', at: at(1), problem: '' }])
  expect(rows.map((row) => row.key)).toEqual(['fa', 'a', 'b', 'c', 'nearly', 'd', 'e', 'nlate', 'uk'])
})

test('a folded part is compact, and what the citizen has seen is marked on agents\' messages only', () => {
  const rows = rowsOf(parts, () => false, [], [], 'd')
  const found = rows.filter((row) => row.kind === 'message')
  expect(found.filter((row) => row.compact).map((row) => row.key)).toEqual(['a', 'b'])
  expect(found.filter((row) => row.seen).map((row) => row.key)).toEqual(['c'])
})
