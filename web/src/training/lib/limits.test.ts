import { expect, test } from 'vitest'
import { factory, isFactory, nested, present } from './limits'
import type { Limit } from './types'

const limit = (name: string, usual: number, now: number): Limit => ({ name, title: name, words: '', least: 0, most: 1, whole: false, default: usual, present: now })
const limits = [limit('alarm', 0.69, 0.6), limit('heard.gas', 0.35, 0.35), limit('heard.life', 0.3, 0.25)]

test('the form begins with the present numbers and goes back to the factory ones', () => {
  expect(present(limits)).toEqual({ alarm: 0.6, 'heard.gas': 0.35, 'heard.life': 0.25 })
  expect([isFactory(limits, present(limits)), isFactory(limits, factory(limits))]).toEqual([false, true])
})

test('numbers that are a part of another go together, and an empty field is null', () => {
  expect(nested({ alarm: '', 'heard.gas': 0.35, 'heard.life': 0.25 })).toEqual({ alarm: null, heard: { gas: 0.35, life: 0.25 } })
})
