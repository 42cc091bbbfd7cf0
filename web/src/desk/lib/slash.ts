/** Finding a canned reply by `/` and a few letters of its title or text. */
import type { Canned } from './beside'
import type { Skill } from './types'

export interface Slash {
  from: number
  to: number
  word: string
}

/** The `/word` that ends at the cursor, at the start of the text or behind a blank: an address 3/4 is none. */
export function slashAt(text: string, cursor: number): Slash | null {
  const found = /(?:^|\s)[/／]([^\s/／]{0,20})$/.exec(text.slice(0, cursor))
  return found ? { from: cursor - found[1].length - 1, to: cursor, word: found[1] } : null
}

/** Those that fit, titles that begin with the word first, then those of this skill. */
export function fitting(all: Canned[], word: string, skill: Skill | undefined): Canned[] {
  const sought = word.toLowerCase()
  const rank = (item: Canned): number => {
    const title = item.title.toLowerCase()
    const fit = title.startsWith(sought) ? 0 : title.includes(sought) ? 2 : 4
    return fit + (item.skill && item.skill !== skill ? 1 : 0)
  }
  return all
    .filter((item) => `${item.title}\n${item.text}`.toLowerCase().includes(sought))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, 8)
}
