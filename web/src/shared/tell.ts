/** Short words to the agent, and errors in words. */
import { ElMessage } from 'element-plus'
import { ApiError } from './http'

export function tell(text: string, type: 'error' | 'success' | 'warning' = 'error'): void {
  ElMessage({ message: text, type, grouping: true, duration: 4000, showClose: true })
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : '没有成功，请再试')

export function failed(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 401)) tell(wordsOf(error))
}
