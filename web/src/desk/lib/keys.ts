/** The keyboard: one letter a deed, never while somebody types. */
import { nextTick } from 'vue'
import { focusAnswer, insert, insertOffer } from './assist'
import { confirmEmergency, press, take, takeable, toggle, transcript } from './desk'
import { nextDue, nextPresence, step } from './queue'
import { goTo, route } from './route'
import { firstAlarm, leadable, may, mine, state, type Side } from './state'
import type { Tab } from './types'

export const KEYS: [string, [string, string][]][] = [
  ['会话', [
    ['j / k', '下一个、上一个'], ['1 2 3 4', '等待、我的、全部、已结束'], ['t', '接起选中的，否则接起第一位'],
    ['u', '下一个等我回复的（最急的）'], ['c', '确认紧急情况'], ['p', '在线、忙碌、离开轮换'],
  ]],
  ['回复', [
    ['a', '写回复'], ['n', '写备注（市民看不到）'], ['/', '常用语：输入框里打 / 再打几个字'], ['f', '查知识库'],
    ['Alt+1…3', '插入建议或检索结果'], ['Enter', '发送（Shift+Enter 换行）'], ['Esc', '离开输入框、收起面板'],
  ]],
  ['处理', [
    ['g', '工单表单'], ['v', '转接'], ['m', '合并会话'], ['d', '下载会话记录'], ['r r', '交还智能助手（按两次）'],
    ['x', '小结并结束（再按 x 按所选结果结束）'],
  ]],
  ['页面', [
    ['i', '打开或收起资料栏'], ['s', '搜索全部'], ['b', '看板与会话切换'], ['w', '耳语（班长）'], ['o o', '接管（班长，按两次）'],
    ['?', '显示或收起本表'],
  ]],
]

function takeNext(): void {
  const id = takeable()
  if (id) void take(id).then((done) => done && focusAnswer())
}

function confirmFirst(): void {
  if (firstAlarm.value) void confirmEmergency(firstAlarm.value)
}

/** As soon as it is drawn: the next key must not be lost. */
function focusSoon(selector: string): void {
  void nextTick(() => document.querySelector<HTMLElement>(selector)?.focus())
}

function side(name: Side, selector: string): void {
  if (!state.talk) return
  state.side = name
  state.showContext = true
  focusSoon(selector)
}

function write(mode: 'note' | 'whisper'): void {
  if (!state.talk || !may(mode === 'note' ? 'note.write' : 'chat.lead')) return
  state.mode = mode
  focusSoon('.answer textarea')
}

/** The second `x` closes by what the open sheet holds. */
function wrap(): void {
  if (!mine.value) return
  if (state.sheet === 'wrap') document.querySelector<HTMLElement>('.sheet.wrap .do')?.click()
  else state.sheet = 'wrap'
}

const own = (act: () => void) => (): void => void (mine.value && act())
const TALK: Record<string, () => void> = {
  t: takeNext, a: focusAnswer, c: confirmFirst, x: wrap, u: nextDue,
  j: () => step(1),
  k: () => step(-1),
  n: () => write('note'),
  w: () => leadable.value && write('whisper'),
  '/': own(() => void insert('/')),
  f: () => side('help', '.context .knowledge input'),
  g: () => may('case.file') && side('ticket', '.context .ticket-form textarea'),
  v: own(() => toggle('transfer')),
  m: own(() => toggle('merge')),
  d: () => state.talk && void transcript('txt'),
  r: own(() => press('bot')),
  o: () => leadable.value && state.talk?.owner === 'agent' && press('take_over'),
  i: () => (state.showContext = !state.showContext),
}
const EVERYWHERE: Record<string, () => void> = {
  '?': () => (state.showKeys = !state.showKeys),
  p: nextPresence,
  s: () => may('desk.read') && goTo('search'),
  b: () => goTo(route.view === 'board' || !may('board.read') ? 'talk' : 'board', { id: state.selected }),
}
const TABS: Record<string, Tab> = { '1': 'waiting', '2': 'mine', '3': 'all', '4': 'closed' }

function escape(target: HTMLElement): void {
  if (target.closest('input, textarea, [contenteditable]')) target.blur()
  else if (state.showKeys) state.showKeys = false
  else if (state.sheet) state.sheet = ''
  else if (state.side === 'ticket') state.side = 'help'
  else if (route.view !== 'talk') goTo('talk', { id: state.selected })
}

/** Alt+1 to 3 work while one types, too. The key's place counts: with Alt some layouts give another character. */
function altKey(event: KeyboardEvent): void {
  const index = ['Digit1', 'Digit2', 'Digit3'].indexOf(event.code)
  if (index < 0 || route.view !== 'talk') return
  event.preventDefault()
  void insertOffer(index)
}

export function onKey(event: KeyboardEvent): void {
  if (event.isComposing || event.repeat || state.signedOut) return
  if (event.altKey && !event.ctrlKey && !event.metaKey) return altKey(event)
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const target = event.target as HTMLElement
  if (event.key === 'Escape') return escape(target)
  if (target.closest('input, textarea, select, [contenteditable], .el-overlay, .el-select')) return
  const act = EVERYWHERE[event.key] ?? (route.view === 'talk' ? TALK[event.key] : undefined)
  if (act) act()
  else if (TABS[event.key] && route.view === 'talk') state.tab = TABS[event.key]
  else return
  event.preventDefault()
}
