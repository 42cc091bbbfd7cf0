/** The keyboard: one letter a deed, never while somebody types. */
import { confirmEmergency, press, step, take } from './desk'
import { alarms, line, state } from './state'
import type { Tab } from './types'

export const KEYS: [string, string][] = [
  ['j / k', '下一个、上一个会话'],
  ['1 2 3', '等待、我的、全部'],
  ['t', '接起选中的会话，否则接起等待的第一位'],
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

/** What is open when it can be taken, else the first who waits. */
function takeNext(): void {
  const here = line.value?.owner === 'queue' || (state.talk?.owner === 'bot' && !line.value)
  const id = here ? state.selected : state.queue?.waiting[0]?.id
  if (id) void take(id).then((done) => done && window.setTimeout(focusAnswer, 50))
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
