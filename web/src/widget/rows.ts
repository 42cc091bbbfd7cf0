// From messages to what is drawn: who speaks, which buttons still count, where the hand-over stands.
import type { Item } from './types'
import { dayAndTime } from './words'

export type RowKind = 'text' | 'emergency' | 'ticket' | 'answer' | 'confirm' | 'status'

export interface Row {
  item: Item
  kind: RowKind
  /** Who speaks, where that changed. */
  speaker?: string
  /** The time, where a pause lies before. */
  time?: string
  /** Whether its buttons still make sense: nothing was said since. */
  active: boolean
}

/** Place in the queue; 0 when an agent has the conversation; null when the bot has it. */
export type Handover = number | null

const PAUSE = 10 * 60 * 1000
const SPEAKERS = { bot: '智能助手', house: '青岛12345', agent: '人工坐席', citizen: '' }

/**
 * The rows of a talk. Repeated hand-over messages are left out: the status line above the talk shows the newest.
 * One with buttons is an offer to those who wait, and one that answers nothing tells of another agent: both stay.
 */
export function rows(items: readonly Item[], now = Date.now()): Row[] {
  const lastMine = findLast(items, (item) => item.mine)
  const result: Row[] = []
  let episode: Handover = null
  let previous: Item | undefined
  let told = ''
  items.forEach((item, index) => {
    const next = step(episode, items, index)
    const repeated = isHandover(item) && !item.buttons.length && episode !== null && (position(item) === 0) === (episode === 0)
    const another = repeated && episode === 0 && !items[index - 1]?.mine && item.text !== told
    episode = next
    if (isHandover(item)) told = item.text
    if (repeated && !another) return
    const row: Row = { item, kind: kindOf(item), active: !item.mine && index > lastMine }
    if (!previous || item.at - previous.at > PAUSE) row.time = dayAndTime(item.at, now)
    if (!item.mine && row.kind !== 'status' && (row.time || previous?.author !== item.author)) {
      row.speaker = SPEAKERS[item.author]
    }
    result.push(row)
    previous = row.kind === 'status' ? { ...item, author: 'citizen' } : item
  })
  return result
}

/** Who has the conversation now, read from the messages. */
export function handover(items: readonly Item[]): Handover {
  let state: Handover = null
  items.forEach((_, index) => { state = step(state, items, index) })
  return state
}

/** The newest known status of each ticket, so that an older card does not tell an outdated one. */
export function ticketStatuses(items: readonly Item[]): Record<string, string> {
  const statuses: Record<string, string> = {}
  for (const { custom } of items) {
    if (custom?.type === 'ticket' && typeof custom.receipt === 'string' && typeof custom.status === 'string') {
      statuses[custom.receipt] = custom.status
    }
  }
  return statuses
}

function step(state: Handover, items: readonly Item[], index: number): Handover {
  const item = items[index]
  if (item.mine) return state
  if (isHandover(item)) return position(item)
  if (item.author === 'agent') return 0
  if (state === null) return null
  // The house's plain words are its farewell or the way back to the bot; tickets and advice change nothing.
  if (item.author === 'house' && !item.custom) return null
  // The bot is silent until it has the conversation again; what came with the hand-over itself does not count.
  if (item.author === 'bot' && spokenSinceHandover(items, index)) return null
  return state
}

function spokenSinceHandover(items: readonly Item[], index: number): boolean {
  for (let at = index - 1; at >= 0; at -= 1) {
    if (items[at].mine) return true
    if (isHandover(items[at])) return false
  }
  return false
}

function kindOf(item: Item): RowKind {
  const custom = item.custom
  if (item.mine || !custom) return 'text'
  if (custom.type === 'emergency') return 'emergency'
  if (custom.type === 'ticket' && typeof custom.receipt === 'string') return 'ticket'
  if (custom.type === 'answer') return 'answer'
  if (custom.type === 'ask' && custom.field === 'confirm' && custom.fields && typeof custom.fields === 'object') {
    return 'confirm'
  }
  if (custom.type === 'handover' && position(item) === 0 && !item.buttons.length) return 'status'
  return 'text'
}

function isHandover(item: Item): boolean {
  return !item.mine && item.custom?.type === 'handover'
}

function position(item: Item): number {
  const value = item.custom?.position
  return typeof value === 'number' && value > 0 ? value : 0
}

function findLast(items: readonly Item[], test: (item: Item) => boolean): number {
  for (let index = items.length - 1; index >= 0; index -= 1) if (test(items[index])) return index
  return -1
}
