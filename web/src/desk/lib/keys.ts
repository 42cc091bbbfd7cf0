/** The keyboard: one letter a deed, never while somebody types. */
import { confirmEmergency, press, step, take } from './desk'
import { alarms, line, mine, state } from './state'
import type { Tab } from './types'

export const KEYS: [string, string][] = [
  ['j / k', '下一个、上一个会话'],
  ['1 2 3', '等待、我的、全部'],
  ['t', '接起当前会话（没有选中则接起第一位）'],
  ['a', '到输入框写回复'],
  ['Enter', '发送（Shift+Enter 换行）'],
  ['Esc', '离开输入框'],
  ['r r', '交还智能助手（按两次）'],
  ['x x', '结束会话（按两次）'],
  ['c', '确认紧急情况'],
  ['i', '打开或收起资料栏'],
  ['?', '显示或收起本表'],
]

export function focusAnswer(): void {
  document.querySelector<HTMLTextAreaElement>('.answer textarea')?.focus()
}

function takeNext(): void {
  const target = line.value && !line.value.mine ? line.value : state.selected ? null : state.queue?.waiting[0]
  if (target) void take(target.id).then((done) => done && window.setTimeout(focusAnswer, 50))
  else if (state.talk && !mine.value && state.talk.owner !== 'closed') void take(state.talk.id)
}

function confirmFirst(): void {
  const here = alarms.value.find((item) => item.id === state.selected) ?? alarms.value[0]
  if (here?.emergency) void confirmEmergency(here.emergency.id)
}

const DEEDS: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  t: takeNext,
  a: focusAnswer,
  r: () => press('bot'),
  x: () => press('closed'),
  c: confirmFirst,
  i: () => (state.showContext = !state.showContext),
  '?': () => (state.showKeys = !state.showKeys),
}
const TABS: Record<string, Tab> = { '1': 'waiting', '2': 'mine', '3': 'all' }

export function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return
  const target = event.target as HTMLElement
  if (target.closest('input, textarea, [contenteditable]')) {
    if (event.key === 'Escape') target.blur()
    return
  }
  if (state.signedOut) return
  const tab = TABS[event.key]
  if (tab) state.tab = tab
  else if (DEEDS[event.key]) DEEDS[event.key]()
  else return
  event.preventDefault()
}
