/** The inbox's work: where one stands, what a deed says of which messages, and undoing it. */
import { nextTick, reactive, ref } from 'vue'
import { failed } from '../../shared/tell'
import { api } from './api'
import { acceptable, labelWords } from './names'
import type { Action, InboxRow, Label, Meaning } from './types'

export interface Done { ids: string[]; words: string }

export const inbox = reactive({
  rows: [] as InboxRow[],
  at: 0,
  /** The next deed says the same of the near-duplicates. */
  group: false,
  changing: false,
  busy: false,
  last: null as Done | null,
})

/** The messages that a deed on this row is about. */
export function messagesOf(row: InboxRow, group: boolean): string[] {
  return group ? [row.message, ...row.near] : [row.message]
}

/** The next row without a label, round the end; the same place when there is none. */
export function nextOpen(rows: Pick<InboxRow, 'label'>[], at: number): number {
  for (let step = 1; step <= rows.length; step++) {
    const place = (at + step) % rows.length
    if (!rows[place].label) return place
  }
  return at
}

export function step(by: number): void {
  inbox.at = Math.min(Math.max(inbox.at + by, 0), Math.max(inbox.rows.length - 1, 0))
  inbox.changing = inbox.group = false
  void nextTick(() => document.querySelector('.heard.on')?.scrollIntoView({ block: 'nearest' }))
}

function take(labels: Label[]): void {
  const found = new Map(labels.map((label) => [label.message, label]))
  for (const row of inbox.rows) row.label = found.get(row.message) ?? row.label
}

/** Says it of the current row; true when the house has kept it. */
export async function act(action: Action, meaning: Partial<Meaning> = {}): Promise<boolean> {
  const row = inbox.rows[inbox.at]
  if (!row || inbox.busy) return false
  if (action === 'accept' && !acceptable(row)) {
    inbox.changing = true
    return false
  }
  inbox.busy = true
  try {
    const source = row.correction && action === 'accept' ? 'correction' : 'inbox'
    const { labels } = await api.label(messagesOf(row, inbox.group), action, meaning, source)
    take(labels)
    inbox.last = { ids: labels.map((label) => label.id), words: `${labels.length} 条：${labelWords(labels[0])}` }
    inbox.changing = inbox.group = false
    inbox.at = nextOpen(inbox.rows, inbox.at)
    void nextTick(() => document.querySelector('.heard.on')?.scrollIntoView({ block: 'nearest' }))
    return true
  } catch (error) {
    failed(error)
    return false
  } finally {
    inbox.busy = false
  }
}

/** Takes the last deed back; its history stays. */
export async function undo(): Promise<void> {
  const last = inbox.last
  if (!last) return
  inbox.last = null
  try {
    for (const id of last.ids) await api.withdraw(id)
    for (const row of inbox.rows) if (row.label && last.ids.includes(row.label.id)) row.label = null
    const first = inbox.rows.findIndex((row) => !row.label)
    if (first >= 0) inbox.at = first
  } catch (error) {
    failed(error)
  }
}

export const counts = ref<Record<string, number>>({})
