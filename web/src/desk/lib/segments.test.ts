import { expect, test } from 'vitest'
import { segments, withNewest, withOlder } from './segments'
import type { Message } from './types'

let clock = 0
const say = (author: Message['author'], type?: string): Message => ({
  id: `m${++clock}`, conversation_id: 'c', author, agent_name: null, text: '…', at: String(clock).padStart(6, '0'),
  buttons: [], image: null, custom: type ? { type } : null, attachments: [], status: 'stored',
})

test('the bot part is one stretch, from the hand-over on people talk', () => {
  const talk = [
    say('citizen'), say('bot', 'ask'), say('citizen'), say('bot', 'ticket'), say('citizen'), say('bot', 'handover'),
    say('citizen'), say('house', 'handover'), say('agent'), say('citizen'),
  ]
  const found = segments(talk, 'agent')
  expect(found.map((part) => [part.kind, part.messages.length])).toEqual([['bot', 4], ['person', 6]])
})

test('after the agent has given back, the bot has a stretch again', () => {
  const talk = [say('agent'), say('house'), say('citizen'), say('bot')]
  expect(segments(talk, 'bot').map((part) => part.kind)).toEqual(['person', 'bot'])
})

test('the last words of the citizen belong to whoever owns the conversation', () => {
  expect(segments([say('citizen')], 'bot')[0].kind).toBe('bot')
  expect(segments([say('citizen')], 'queue')[0].kind).toBe('person')
})

test('an emergency is never folded away', () => {
  const found = segments([say('citizen'), say('house', 'emergency'), say('house', 'ticket'), say('house', 'handover')], 'queue')
  expect(found.map((part) => part.kind)).toEqual(['person'])
})

test('pages join in the server\'s order and each message comes once', () => {
  const [a, b, c, d, e] = [say('citizen'), say('bot'), say('citizen'), say('agent'), say('citizen')]
  // d was said here before the citizen's c was read.
  expect(withNewest([a, b, d], [b, c, d])).toEqual([a, b, c, d])
  expect(withNewest([a, b, e], [a, b, c])).toEqual([a, b, c, e])
  expect(withNewest([a], [d, e])).toBeNull()
  expect(withOlder([c, d], [a, b, c])).toEqual([a, b, c, d])
})
