/** A candidate's thresholds as the form has them: flat by name, a dot where a number is a part of another. */
import type { Limit } from './types'

export type Entered = Record<string, number | ''>

export const present = (limits: Limit[]): Entered => Object.fromEntries(limits.map((one) => [one.name, one.present]))
export const factory = (limits: Limit[]): Entered => Object.fromEntries(limits.map((one) => [one.name, one.default]))
export const isFactory = (limits: Limit[], entered: Entered): boolean => limits.every((one) => entered[one.name] === one.default)

/** As the server takes them; what was left empty is null, and the server says what it wants there. */
export function nested(entered: Entered): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(entered)) {
    const [first, second] = name.split('.')
    const number = value === '' ? null : value
    if (second === undefined) found[first] = number
    else found[first] = { ...(found[first] as object | undefined), [second]: number }
  }
  return found
}
