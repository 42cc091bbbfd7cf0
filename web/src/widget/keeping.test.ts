import { expect, it } from 'vitest'

import { Keeping, safeBox } from './keeping'

const entry = (id: string, at = Date.now()) => ({ id, text: '话', attachments: [], at })

function box(): { box: Storage; kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return { kept, box: {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  } as unknown as Storage }
}

it('keeps unsent messages until they are acknowledged, once each', () => {
  const keeping = new Keeping(box().box)
  keeping.keepUnsent(entry('a'))
  keeping.keepUnsent(entry('b'))
  keeping.keepUnsent(entry('a'))
  expect(keeping.unsent().map((kept) => kept.id)).toEqual(['b', 'a'])
  keeping.dropUnsent('b')
  keeping.dropUnsent('a')
  expect(keeping.unsent()).toEqual([])
})

it('does not send yesterday\'s words behind the citizen\'s back', () => {
  const keeping = new Keeping(box().box)
  keeping.keepUnsent(entry('old', Date.now() - 25 * 3600 * 1000))
  expect(keeping.unsent()).toEqual([])
})

it('bears a spoilt store', () => {
  for (const spoilt of ['{', '7', '[null, 7, {"id": 1}]', '{"a":1}']) {
    const { box: store, kept } = box()
    kept.set('hotline-unsent', spoilt)
    expect(new Keeping(store).unsent()).toEqual([])
  }
})

it('works where the browser forbids storage', () => {
  const keeping = new Keeping(safeBox(() => { throw new Error('SecurityError') }))
  keeping.keepSession('s')
  expect(keeping.session()).toBe('s')
  keeping.forget()
  expect(keeping.session()).toBeNull()
})

it('forgets the talk but not the type size', () => {
  const keeping = new Keeping(box().box)
  keeping.keepSession('s')
  keeping.keepUnsent(entry('a'))
  keeping.keepSize('24')
  keeping.forget()
  expect([keeping.session(), keeping.unsent(), keeping.size()]).toEqual([null, [], '24'])
})
