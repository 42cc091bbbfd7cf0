/** Choosing one of many by typing: which choices match, best first. */
import type { Choice } from './types'

/** A name that starts with the words stands before one that has them inside, and that before a code. */
export function matching(choices: Choice[], words: string): Choice[] {
  const sought = words.trim().toLowerCase()
  if (!sought) return choices
  const rank = (one: Choice): number => {
    const at = one.name.toLowerCase().indexOf(sought)
    if (at >= 0) return at === 0 ? 0 : 1
    if (one.code.toLowerCase().includes(sought)) return 2
    return [...sought].every((sign) => one.name.includes(sign)) ? 3 : 9
  }
  return choices.map((one) => ({ one, rank: rank(one) })).filter((each) => each.rank < 9)
    .sort((a, b) => a.rank - b.rank).map((each) => each.one)
}
