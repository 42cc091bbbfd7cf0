/** The bad rows that a refusal names, or none. */
import { ApiError } from '../../shared/http'
import type { Problem } from './types'

/** How many there are: of very many an answer holds only the first ones. */
export function countOf(error: unknown): number {
  const found = error instanceof ApiError ? error.detail.count : null
  return typeof found === 'number' ? found : problemsOf(error).length
}

export function problemsOf(error: unknown): Problem[] {
  const found = error instanceof ApiError ? error.detail.problems : null
  return Array.isArray(found) ? (found as Problem[]) : []
}
