import { expect, test } from 'vitest'
import { optionOf, shownValue, type Plot } from './plot'

const plot: Plot = { kind: 'line', unit: '%', places: ['a', 'b'], series: [{ name: '网页', values: [12.34, null] }] }

test('a value is shown with one decimal and its unit, a gap as a dash', () => {
  expect([shownValue(12.34, '%'), shownValue(7, '条'), shownValue(null, '条')]).toEqual(['12.3%', '7', '—'])
})

test('the axis says the unit, and one series needs no legend', () => {
  const option = optionOf(plot, 600, 'serif') as { yAxis: { name: string }; legend?: unknown; series: { stack?: string }[] }
  expect(option.yAxis.name).toBe('%')
  expect(option.legend).toBeUndefined()
  expect((optionOf({ ...plot, series: [...plot.series, { name: '电话', values: [1, 2] }], stacked: true }, 600, 'serif') as typeof option).series[1].stack).toBe('all')
})

test('words are measured in the font that the page has', () => {
  expect((optionOf(plot, 600, 'Noto Sans') as { textStyle: object }).textStyle).toEqual({ fontFamily: 'Noto Sans' })
})

test('on a narrow page fewer places are written', () => {
  const places = Array.from({ length: 30 }, (_, n) => String(n))
  const interval = (width: number): number => (optionOf({ ...plot, places }, width, 'serif') as { xAxis: { axisLabel: { interval: number } } }).xAxis.axisLabel.interval
  expect(interval(360)).toBeGreaterThan(interval(1200))
  const series = Array.from({ length: 7 }, (_, n) => ({ name: `第${n}种诉求`, values: [] }))
  const bottom = (width: number): number => (optionOf({ ...plot, series }, width, 'serif') as { grid: { bottom: number } }).grid.bottom
  expect(bottom(360)).toBeGreaterThan(bottom(1200))
})
