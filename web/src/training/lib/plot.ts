/** Our charts as plain data: series over the same places, and the option that ECharts draws from them. */
export interface Series { name: string; values: (number | null)[] }
export interface Plot {
  kind: 'line' | 'bar'
  /** What the numbers are: 条、%. */
  unit: string
  places: string[]
  series: Series[]
  /** Bars of one place lie on each other. */
  stacked?: boolean
  /** The axis begins here instead of at 0. */
  from?: number
}

/** Enough apart for eyes that see no red or green: they differ in lightness, too. */
export const COLOURS = ['#0b5cad', '#8a5300', '#1b6e3c', '#7a3e9d', '#5a8fc4', '#b98a3c', '#63a37c', '#51606f']

export const shownValue = (value: number | null | undefined, unit: string): string => {
  if (value === null || value === undefined || Number.isNaN(value)) return '—'
  const whole = Math.round(value * 10) / 10
  return unit === '%' ? `${whole}%` : String(whole)
}

/** Room for the legend's lines under the chart. */
function under(series: Series[], width: number): number {
  if (series.length < 2) return 8
  const long = series.reduce((total, one) => total + one.name.length * 13 + 36, 0)
  return 12 + 20 * Math.ceil(long / Math.max(width - 20, 100))
}

/** The newest places' names would hide each other: about eight are written. `family`: the page's font, by name. */
export function optionOf(plot: Plot, width: number, family: string): Record<string, unknown> {
  const font = { fontSize: 12, color: '#51606f' }
  const every = Math.max(Math.ceil(plot.places.length / Math.max(Math.floor(width / 90), 2)) - 1, 0)
  return {
    color: COLOURS, animation: false, textStyle: { fontFamily: family },
    grid: { left: 8, right: 16, top: 28, bottom: under(plot.series, width), containLabel: true },
    tooltip: { trigger: 'axis', confine: true, valueFormatter: (value: number | null) => `${shownValue(value, plot.unit)}${plot.unit === '%' ? '' : ' ' + plot.unit}` },
    legend: plot.series.length > 1 ? { bottom: 0, type: 'plain', itemWidth: 16, itemHeight: 8, textStyle: font } : undefined,
    xAxis: { type: 'category', data: plot.places, axisLabel: { ...font, interval: every }, axisTick: { show: false }, axisLine: { lineStyle: { color: '#d5dde5' } } },
    yAxis: { type: 'value', name: plot.unit, min: plot.from, nameTextStyle: font, axisLabel: font, splitLine: { lineStyle: { color: '#e6ebf0' } } },
    series: plot.series.map((one) => ({
      name: one.name, type: plot.kind, data: one.values, stack: plot.stacked ? 'all' : undefined, symbolSize: 5, barMaxWidth: 32, connectNulls: true,
      showSymbol: plot.places.length < 32,
    })),
  }
}
