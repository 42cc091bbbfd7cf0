/** The trends as charts whose titles say what they found. */
import type { Plot, Series } from './plot'
import type { Drift, TrendRow, Trends } from './types'

export interface Chart { title: string; plot: Plot; note?: string }

const MOST = 6
const sum = (values: (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0)
const day = (name: string): string => name.slice(5).replace('-', '月').replace(/^0/, '').replace(/月0/, '月') + '日'

/** The largest as they are, the rest as one. */
export function largest(rows: TrendRow[], most = MOST): Series[] {
  const ordered = [...rows].sort((a, b) => b.total - a.total)
  const shown = ordered.slice(0, most).map((row) => ({ name: row.name, values: row.counts as (number | null)[] }))
  const rest = ordered.slice(most)
  if (!rest.length) return shown
  return [...shown, { name: '其余', values: rest[0].counts.map((_, at) => rest.reduce((total, row) => total + row.counts[at], 0)) }]
}

/** What changed from the first half of the time to the second, where that is more than chance. */
export function moved(values: number[]): string {
  const middle = Math.floor(values.length / 2)
  const before = sum(values.slice(0, middle)), after = sum(values.slice(values.length - middle))
  if (middle < 1 || before + after < 20) return ''
  const change = (after - before) / Math.max(before, 1)
  return change > 0.25 ? '，后半段变多' : change < -0.25 ? '，后半段变少' : ''
}

const UNKNOWN = '未说明'

function most(rows: TrendRow[], what: string): string {
  const first = [...known(rows)].sort((a, b) => b.total - a.total)[0]
  const all = known(rows).reduce((total, row) => total + row.total, 0)
  if (!first || !all) return `这段时间没有${what}`
  return `${first.name}最多，占 ${Math.round((100 * first.total) / all)}%${moved(first.counts)}`
}

const known = (rows: TrendRow[]): TrendRow[] => rows.filter((row) => row.name !== UNKNOWN)

/** How much the chart leaves out. */
function said(rows: TrendRow[]): string | undefined {
  const unknown = rows.find((row) => row.name === UNKNOWN)?.total ?? 0
  return unknown ? `另有 ${unknown} 条没有说明在哪个区市，不在图里。` : undefined
}

/** The means of the earlier and of the later half of the places that have a value: one quiet day is no course. */
function halves(values: (number | null)[]): [number, number] | null {
  const known = values.filter((value): value is number => value !== null)
  const half = Math.max(Math.floor(known.length / 2), 1)
  return known.length ? [sum(known.slice(0, half)) / half, sum(known.slice(-half)) / half] : null
}

const share = (value: number): string => `${Math.round(value * 100)}%`
const inPercent = (values: (number | null)[]): (number | null)[] => values.map((value) => (value === null ? null : value * 100))

export function course(name: string, values: (number | null)[]): string {
  const found = halves(values)
  if (!found) return `${name}：这段时间没有数据`
  const points = Math.round((found[1] - found[0]) * 100)
  return Math.abs(points) < 3 ? `${name}稳定在 ${share(found[1])} 上下` : `${name}从前半段的 ${share(found[0])} ${points > 0 ? '升' : '降'}到 ${share(found[1])}`
}

/** The latest period that could be judged speaks. */
export function driftWords(drift: Drift[]): string {
  const known = drift.filter((one) => one.reading !== null).slice(1)
  const last = known[known.length - 1]
  if (!last) return '：消息太少（每一段要满 100 条），看不出有没有变；换“按周”或更长的时间再看'
  const words = { same: '和第一段相比没有变化', changed: '和第一段相比有变化，值得看看收件箱', other: '和第一段相比明显变了，该标一批新的再训练' }
  return `${words[last.reading as 'same' | 'changed' | 'other']}（PSI ${last.psi?.toFixed(2)}）`
}

export function charts(found: Trends): Chart[] {
  const places = found.periods.map(day)
  const bars = (rows: TrendRow[], unit: string): Plot => ({ kind: 'bar', unit, places, series: largest(rows), stacked: true })
  const line = (series: Series[], unit = '%'): Plot => ({ kind: 'line', unit, places, series })
  return [
    { title: `意图：${most(found.intents, '消息')}`, plot: bars(found.intents, '条'), note: `意图的分布${driftWords(found.drift.intents)}。` },
    { title: `领域：${most(found.domains, '诉求')}`, plot: bars(found.domains, '条') },
    { title: `区市（市民提到的地点）：${most(found.districts.messages, '提到地点的消息')}`, plot: bars(known(found.districts.messages), '条'), note: said(found.districts.messages) },
    { title: `区市（工单地址）：${most(found.districts.tickets, '工单')}`, plot: bars(known(found.districts.tickets), '件'), note: said(found.districts.tickets) },
    { title: `渠道：${most(found.channels, '消息')}`, plot: bars(found.channels, '条') },
    {
      title: course('机器人的平均把握', found.confidence.mean), plot: line([{ name: '平均把握', values: inPercent(found.confidence.mean) }]),
      note: `把握的分布${driftWords(found.confidence.drift)}。`,
    },
    {
      title: `${course('没转人工的会话', found.shares.by_bot)}；${course('没听懂的', found.shares.fallback)}`,
      plot: line([
        { name: '没转人工', values: inPercent(found.shares.by_bot) }, { name: '转人工', values: inPercent(found.shares.handed_over) },
        { name: '没听懂', values: inPercent(found.shares.fallback) }]),
      note: '没转人工、转人工：占会话的比例。没听懂：占机器人消息的比例。',
    },
    {
      title: `工单 ${sum(found.flow.tickets)} 件，知识库答了 ${sum(found.flow.answered)} 条，没有查到 ${sum(found.flow.not_found)} 条`,
      plot: { kind: 'line', unit: '条', places, series: [
        { name: '市民消息', values: found.flow.messages }, { name: '知识库答了', values: found.flow.answered },
        { name: '没有查到', values: found.flow.not_found }, { name: '工单', values: found.flow.tickets }] },
    },
  ]
}
