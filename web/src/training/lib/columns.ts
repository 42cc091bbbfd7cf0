/** Which columns of a strange file are text and which is the label: a first guess that a person then corrects. */
const TEXT = ['text', 'title', 'details', 'content', 'message', 'question', 'body', 'description', '内容', '标题', '诉求', '描述', '详情', '正文', '问题']
const LABEL = ['label', 'category', 'class', 'intent', 'type', 'tag', '类别', '标签', '分类', '类型', '意图']

const like = (names: string[], column: string): boolean => names.some((name) => column.trim().toLowerCase().includes(name))

export interface Mapping { text: string[]; label: string }

/** By name; else the longest column is the text, and the one with the fewest different values the label. */
export function guess(columns: string[], rows: Record<string, string>[]): Mapping {
  const values = (at: number): string[] => rows.map((row) => row[columns[at]] ?? '')
  const length = (at: number): number => values(at).reduce((sum, value) => sum + value.length, 0)
  const label = columns.findIndex((column) => like(LABEL, column))
  const text = columns.filter((column, at) => at !== label && like(TEXT, column))
  const places = columns.map((_, at) => at)
  if (!text.length && columns.length) {
    const longest = places.filter((at) => at !== label).sort((a, b) => length(b) - length(a))[0]
    if (longest !== undefined) text.push(columns[longest])
  }
  const fewest = places.filter((at) => !text.includes(columns[at])).sort((a, b) => new Set(values(a)).size - new Set(values(b)).size || length(a) - length(b))[0]
  return { text, label: label >= 0 ? columns[label] : fewest === undefined ? '' : columns[fewest] }
}

/** What is missing before the file can be taken, in words; empty when nothing is. */
export function missing(mapping: Mapping, name: string): string {
  if (!name.trim()) return '请起个名字'
  if (!mapping.text.length) return '请选哪一列（或几列）是文字'
  if (!mapping.label) return '请选哪一列是标签'
  return mapping.text.includes(mapping.label) ? '同一列不能既是文字又是标签' : ''
}
