/** What one change of a label did, in words. */
import { meaningWords, STATES } from './names'
import { state } from './state'
import type { Choices, Label, LabelChange, LabelState } from './types'

const said = (label: Partial<Label>, choices: Choices): string =>
  label.state && label.state !== 'accepted' ? STATES[label.state as LabelState] : meaningWords(label, choices)

export function changeWords(change: Pick<LabelChange, 'before' | 'after'>, choices: Choices = state.choices): string {
  const before = { ...change.before }
  const after = { ...before, ...change.after }
  const from = said(before, choices), to = said(after, choices)
  return from === to ? `仍是“${to}”` : `从“${from}”改为“${to}”`
}
