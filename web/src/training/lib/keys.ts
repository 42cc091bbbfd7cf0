/** The keyboard of the inbox and the clusters: one letter a deed, never while somebody types. */
export type Deed =
  | 'next' | 'previous' | 'accept' | 'change' | 'skip' | 'out_of_scope' | 'personal' | 'group' | 'undo' | 'search' | 'sheet' | 'escape'

const DEEDS: Record<string, Deed> = {
  j: 'next', ArrowDown: 'next', k: 'previous', ArrowUp: 'previous', Enter: 'accept', c: 'change', s: 'skip', o: 'out_of_scope',
  p: 'personal', g: 'group', z: 'undo', '/': 'search', '?': 'sheet', Escape: 'escape',
}

export const KEYS: [string, [string, string][]][] = [
  ['看', [['j / k', '下一条、上一条'], ['/', '查找'], ['Esc', '离开输入框、收起'], ['?', '显示或收起本表']]],
  ['标', [
    ['Enter', '采纳：就是这个意思'], ['c', '改：换成正确的意思'], ['g', '整组：连同几乎一样的'], ['z', '撤销上一步'],
  ]],
  ['不用', [['s', '跳过：不好说'], ['o', '超出范围：不归热线管'], ['p', '含个人信息，不能用']]],
]

interface Press {
  key: string
  ctrlKey?: boolean
  metaKey?: boolean
  altKey?: boolean
  isComposing?: boolean
  repeat?: boolean
  defaultPrevented?: boolean
}

/** `within`: what the key was pressed in. A button takes its own Enter, a field every key but Escape. */
export function deedOf(press: Press, within: 'page' | 'button' | 'field'): Deed | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing || press.defaultPrevented) return null
  const deed = DEEDS[press.key] ?? null
  if (within === 'field') return deed === 'escape' ? deed : null
  if (within === 'button' && press.key === 'Enter') return null
  return press.repeat && deed !== 'next' && deed !== 'previous' ? null : deed
}

export function placeOf(target: EventTarget | null): 'page' | 'button' | 'field' {
  const element = target instanceof Element ? target : null
  if (element?.closest('input, textarea, select, [contenteditable]')) return 'field'
  return element?.closest('button, a, summary') ? 'button' : 'page'
}
