import { expect, test } from 'vitest'
import { deedOf, KEYS } from './keys'

test('one letter is one deed', () => {
  expect(['j', 'k', 'Enter', 'c', 's', 'o', 'p', 'g', 'z', '?'].map((key) => deedOf({ key }, 'page'))).toEqual([
    'next', 'previous', 'accept', 'change', 'skip', 'out_of_scope', 'personal', 'group', 'undo', 'sheet'])
  expect(deedOf({ key: 'q' }, 'page')).toBeNull()
})

test('whoever types is left alone, but for Escape', () => {
  expect(deedOf({ key: 's' }, 'field')).toBeNull()
  expect(deedOf({ key: 'Enter' }, 'field')).toBeNull()
  expect(deedOf({ key: 'Escape' }, 'field')).toBe('escape')
})

test('a focused button takes its own Enter; letters still work', () => {
  expect(deedOf({ key: 'Enter' }, 'button')).toBeNull()
  expect(deedOf({ key: 'j' }, 'button')).toBe('next')
})

test('the browser\'s own keys, an input method\'s and a held key do nothing', () => {
  expect(deedOf({ key: 'c', ctrlKey: true }, 'page')).toBeNull()
  expect(deedOf({ key: 'Enter', isComposing: true }, 'page')).toBeNull()
  expect(deedOf({ key: 'Enter', repeat: true }, 'page')).toBeNull()
  expect(deedOf({ key: 'j', repeat: true }, 'page')).toBe('next')
})

test('the sheet names every deed\'s key', () => {
  const shown = KEYS.flatMap(([, keys]) => keys.map(([key]) => key)).join(' ')
  for (const key of ['j', 'k', 'Enter', 'c', 's', 'o', 'p', 'g', 'z', '?', '/', 'Esc']) expect(shown).toContain(key)
})
