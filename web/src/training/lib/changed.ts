/** What became of the labels, and what would change in real conversations, as far as the comparison says. */
import type { Changed, Comparison } from './types'

export interface Replayed { title: string; rows: Changed[] }

export function replayed(comparison: Comparison): Replayed | null {
  const replay = comparison.replay
  if (!replay) return null
  const of = `回放最近 ${replay.conversations} 段真实会话`
  const many = replay.changed_count ?? replay.changed.length
  if (!replay.conversations) return { title: '还没有真实会话可以回放', rows: [] }
  return { title: many ? `${of}：有 ${many} 段的回答会变` : `${of}：回答都不会变`, rows: replay.changed }
}

/** What the new model makes of the labels it was taught; nothing for comparisons that did not ask. */
export function taught(comparison: Comparison): Replayed | null {
  const found = comparison.taught
  if (!found || !found.size) return null
  const title = `你标注的话：最新 ${found.size} 条里现在对 ${found.before} 条，新的对 ${found.after} 条`
  return { title, rows: found.wrong }
}
