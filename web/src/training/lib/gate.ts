/** A comparison and the gate's verdict, as sentences and rows that need no knowledge of the trade. */
import { percent } from '../../shared/words'
import { intentName, serviceName } from './names'
import { state } from './state'
import type { Choices, CodeCount, Comparison, Count, Gate, Model, ModelState, Publication, Serving } from './types'

export const MODEL_STATES: Record<ModelState, string> = {
  training: '正在训练', trained: '训练好了，还没比较', refused: '检查没通过', ready: '可以发布', failed: '训练失败', cancelled: '已取消',
}
export const KINDS: Record<Publication['kind'], string> = { publish: '发布', rollback: '退回', fallback: '自动退回' }
export const STATES: Record<Publication['state'], string> = {
  wanted: '等待切换', starting: '正在启动', serving: '正在使用', past: '用过', failed: '没有启动成功',
}

/** The model of the checkout has no id. */
export const modelName = (id: string | null): string => (id ? `模型 ${id.slice(0, 8)}` : '出厂模型')

export interface Loss extends CodeCount { name: string; change: number; points: number; tooMuch: boolean }

/** The gate's own rule (hotline/training/gate.py): more than two points and more than two examples. */
export function tooMuch(row: Count): boolean {
  const lost = row.before - row.after
  return lost > 2 && lost > 0.02 * row.size
}

/** Worst first; what did not change is left out. */
export function changes(rows: CodeCount[] | undefined, name: (code: string) => string): Loss[] {
  return (rows ?? []).filter((row) => row.size && row.before !== row.after)
    .map((row) => ({
      ...row, name: name(row.code), change: row.after - row.before, points: (100 * (row.after - row.before)) / row.size, tooMuch: tooMuch(row),
    }))
    .sort((a, b) => a.change - b.change || a.points - b.points)
}

export const serviceChanges = (comparison: Comparison, choices: Choices = state.choices): Loss[] =>
  changes(comparison.services, (code) => serviceName(code, choices))
export const intentChanges = (comparison: Comparison, choices: Choices = state.choices): Loss[] =>
  changes(comparison.intents, (code) => intentName(code, choices))

const kept = (name: string, row: Count | null | undefined): string => {
  if (!row || !row.size) return `${name}：没有比较`
  const change = row.after - row.before
  const said = change === 0 ? `和现在一样` : change > 0 ? `多对 ${change} 条` : `少对 ${-change} 条`
  return `${name}：${row.size} 条里现在对 ${row.before} 条，新的对 ${row.after} 条（${said}）`
}

/** What a comparison found, most important first. */
export function findings(comparison: Comparison, choices: Choices = state.choices): string[] {
  const danger = comparison.emergency
  const found: string[] = []
  if (!danger || !danger.size) found.push('紧急情况：没有比较')
  else found.push(danger.lost.length
    ? `紧急情况：有 ${danger.lost.length} 条原来听得出、现在会漏掉`
    : `紧急情况：${danger.size} 条里没有一条原来听得出、现在会漏掉${danger.gained.length ? `，还多听出 ${danger.gained.length} 条` : ''}`)
  const rows = serviceChanges(comparison, choices)
  const better = rows.filter((row) => row.change > 0).length, worse = rows.length - better
  found.push(comparison.services?.length ? `事项：${better} 类变好，${worse} 类变差，其余一样` : '事项：没有比较')
  found.push(kept('知识问答', comparison.knowledge), kept('库里没有答案的问题', comparison.outside))
  const { intent, service } = comparison.crossvalidation ?? {}
  if (intent && service) found.push(`候选数据的五折交叉验证（只用字词模型，比整机低，供参考）：意图平均对 ${percent(intent.mean)}，事项 ${percent(service.mean)}`)
  return found
}

export interface Said { tone: 'good' | 'bad' | 'wait'; title: string; reasons: string[] }

/** What the gate says of a model. */
export function verdict(model: Pick<Model, 'state'> & { gate: Gate | null; comparison?: Comparison | null }): Said {
  if (model.state === 'training') return { tone: 'wait', title: '正在训练，还没有比较', reasons: [] }
  if (model.state === 'failed' || model.state === 'cancelled') return { tone: 'bad', title: MODEL_STATES[model.state], reasons: [] }
  if (!model.gate) return { tone: 'wait', title: '还没有和正在使用的模型比较', reasons: [] }
  return model.gate.passed
    ? { tone: 'good', title: '检查通过，可以发布', reasons: [] }
    : { tone: 'bad', title: '检查没有通过，不建议发布', reasons: model.gate.reasons }
}

/** The same of a model that the system took out of service: the gate's word is not the last one. */
export function verdictIn(model: Parameters<typeof verdict>[0] & Pick<Model, 'id'>, serving: Serving | null): Said {
  const last = serving?.history.find((row) => row.served_at && row.model === model.id)
  if (last?.state !== 'failed') return verdict(model)
  return { tone: 'bad', title: '上一次服务时出了问题，已停用', reasons: [last.error ?? '', ...verdict(model).reasons].filter(Boolean) }
}

export const publishable = (model: Pick<Model, 'id' | 'state'>, serving: Serving | null): boolean =>
  serving !== null && ['ready', 'refused', 'trained'].includes(model.state) && serving.model !== model.id

export function servingWords(serving: Serving): string {
  const now = modelName(serving.model)
  if (serving.state === 'none') return '现在没有模型在服务'
  if (serving.state === 'serving') return `正在使用：${now}`
  const coming = serving.history.find((row) => row.state === 'wanted' || row.state === 'starting')
  return `正在换成${modelName(coming?.model ?? null)}，换好之前仍由${now}回答`
}

/** The models that one may go back to, newest first, each once: they have served well and do not now. */
export function former(serving: Serving): (string | null)[] {
  const last = new Map<string | null, Publication>()
  for (const row of serving.history) if (row.served_at && !last.has(row.model)) last.set(row.model, row)
  return [...last.values()].filter((row) => row.state !== 'failed' && row.model !== serving.model).map((row) => row.model)
}

/** A published model that was taken out later has served for a while. */
export const stateWords = (row: Publication): string => (row.state === 'failed' && row.served_at ? '已停用' : STATES[row.state])

export function reasonWords(row: Publication): string {
  if (!row.reason) return ''
  return { publish: `没通过检查仍发布，理由：${row.reason}`, rollback: `理由：${row.reason}`, fallback: `原因：${row.reason}` }[row.kind]
}

/** What an admin must know at once: nobody asked for the model that serves now. */
export function fallenBack(serving: Serving): string {
  const now = serving.history.find((row) => row.state === 'serving')
  if (now?.kind !== 'fallback') return ''
  const why = now.reason ? `：${now.reason}` : ''
  return `系统自动退回到了${modelName(now.model)}${why}。停用的模型不会自己再启动；查明原因以后，可以写明理由重新发布。`
}

const NAMES: Record<string, string> = {
  sure_enough: '意图的门槛', service_floor: '事项的门槛', alarm: '没有危险字眼也报警', gas_alarm: '没有燃气字眼也报警',
  heard: '有字眼时报警', heard_short: '短句里有字眼时报警', gas: '燃气', life: '人身危险', short: '多少字以内算短句', sure: '长信里一段话的把握', emergency: '紧急识别', seconds: '用时（秒）', bytes: '大小（字节）', 'bot.tar.gz': '机器人', 'emergency.npz': '紧急识别', bot: '机器人', compare: '比较',
  erased: '训练以后应市民要求删掉的行（数据指纹因此和现在的文件对不上）',
}

/** Nested figures as lines: `用时（秒） · 机器人`, 212. */
export function flat(values: Record<string, unknown>, before = ''): [string, string][] {
  return Object.entries(values).flatMap(([key, value]): [string, string][] => {
    const name = [before, NAMES[key] ?? key].filter(Boolean).join(' · ')
    if (value === null || value === undefined) return []
    return typeof value === 'object' ? flat(value as Record<string, unknown>, name) : [[name, String(value)]]
  })
}
