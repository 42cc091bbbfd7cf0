import { expect, test } from 'vitest'
import { wordings } from './wordings'

test('messages in the same words are one line that knows them all, in their order', () => {
  const messages = [{ message: 'a', text: '猫丢了' }, { message: 'b', text: '炉子忽闪' }, { message: 'c', text: '猫丢了' }]
  expect(wordings(messages)).toEqual([{ text: '猫丢了', ids: ['a', 'c'] }, { text: '炉子忽闪', ids: ['b'] }])
})
