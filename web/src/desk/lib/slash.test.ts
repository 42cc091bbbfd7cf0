import { expect, test } from 'vitest'
import { fitting, slashAt } from './slash'
import type { Canned } from './beside'

test('a slash opens the list at the start or behind a blank, not within a house number', () => {
  expect(slashAt('/', 1)).toEqual({ from: 0, to: 1, word: '' })
  expect(slashAt('您好 /感谢', 6)).toEqual({ from: 3, to: 6, word: '感谢' })
  expect(slashAt('延吉路3/4号', 6)).toBeNull()
  expect(slashAt('/感谢 您', 5)).toBeNull()
})

const canned = (title: string, text: string, skill: Canned['skill'] = null): Canned => ({ id: title, title, text, skill, mine: false })

test('titles come before texts, and the conversation\'s own skill before others', () => {
  const all = [canned('结束', '感谢来电'), canned('感谢（物业）', '…', 'property'), canned('感谢（燃气）', '…', 'gas'), canned('问候', '您好')]
  expect(fitting(all, '感谢', 'gas').map((item) => item.id)).toEqual(['感谢（燃气）', '感谢（物业）', '结束'])
})
