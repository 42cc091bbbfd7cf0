/** What a measuring found, in words and as a chart. */
import type { Plot } from './plot'
import type { Dataset, Measurement } from './types'

export const share = (value: number | null | undefined): string => (value === null || value === undefined ? '—' : `${(value * 100).toFixed(1)}%`)
/** The result of the job that ended last. */
export function newest(set: Dataset): Measurement | null {
  const done = (set.measurements ?? []).filter((job) => job.state === 'done' && job.result)
  return done.sort((a, b) => (b.ended_at ?? '').localeCompare(a.ended_at ?? ''))[0]?.result ?? null
}

export function curveOf(found: Measurement): Plot | null {
  const curve = found.curve ?? []
  if (curve.length < 2) return null
  return {
    kind: 'line', unit: '%', places: curve.map((one) => `${one.rows} 条`), series: [{ name: '答对', values: curve.map((one) => one.accuracy * 100) }],
    from: Math.max(Math.floor(Math.min(...curve.map((one) => one.accuracy)) * 10) * 10 - 10, 0),
  }
}

/** The curve's finding: would more rows help? */
export function curveTitle(found: Measurement): string {
  const curve = found.curve ?? []
  if (curve.length < 2) return ''
  const last = curve[curve.length - 1], before = curve[curve.length - 2]
  const gain = (last.accuracy - before.accuracy) * 100
  const said = `从 ${before.rows} 条加到 ${last.rows} 条，答对的${gain >= 0 ? '多' : '少'}了 ${Math.abs(gain).toFixed(1)} 个百分点`
  return gain >= 1 ? `${said}：再多标一些还会更好` : `${said}：光加数量帮助不大了`
}

/** The worst mix-ups, most frequent first. */
export function mixUps(found: Measurement): string[] {
  return [...(found.confusions ?? [])].sort((a, b) => b.count - a.count).slice(0, 8)
    .map((one) => `“${one.label}”当成“${one.said}”：${one.count} 条`)
}
