/** Times, waits and names of things in words. */
export function clock(iso: string, now = new Date()): string {
  const at = new Date(iso)
  const two = (value: number): string => String(value).padStart(2, '0')
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  if (at.toDateString() === now.toDateString()) return time
  const year = at.getFullYear() === now.getFullYear() ? '' : `${at.getFullYear()}年`
  return `${year}${at.getMonth() + 1}月${at.getDate()}日 ${time}`
}

/** 2026-11-26 03:40:12, for records where the second counts. */
export function exact(iso: string): string {
  const at = new Date(iso)
  return `${day(at)} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')}`
}

export function wait(seconds: number): string {
  if (seconds < 60) return `${seconds} 秒`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} 分钟`
  return `${Math.floor(seconds / 3600)} 小时 ${Math.floor((seconds % 3600) / 60)} 分`
}

/** 1:05, and -0:20 for what is over. */
export function minutes(seconds: number): string {
  const whole = Math.abs(Math.floor(seconds))
  return `${seconds < 0 ? '-' : ''}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** A day of the local calendar as the API takes it: 2026-11-26. */
export function day(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

export function percent(value: number | null): string {
  return value === null || value === undefined ? '' : `${Math.round(value * 100)}%`
}

/** 138 0013 8000 */
export function grouped(phone: string): string {
  return /^1\d{10}$/.test(phone) ? phone.replace(/(\d{3})(\d{4})(\d{4})/, '$1 $2 $3') : phone
}

const INTENTS: Record<string, string> = {
  report: '诉求', consult: '咨询', suggestion: '建议', urge: '催办', status: '查进度', praise: '表扬', greet: '问候',
  goodbye: '告别', thanks: '感谢', affirm: '同意', deny: '否认', cancel: '取消', human: '转人工', bot_challenge: '问是不是机器人',
  chitchat: '闲聊', abuse: '骂人', nonsense: '不知所云', inform: '补充信息', anonymous: '要求匿名', confidential: '要求保密',
  correct: '更正', withdraw: '撤回', add_to_case: '补充工单', english: '英语', rate: '评价',
}

export function intent(name: string | null): string {
  return name ? (INTENTS[name] ?? name) : '未识别'
}

export const SKILLS: Record<string, string> = { gas: '燃气', property: '物业', signage: '标识广告', general: '综合' }
export const STATUSES: Record<string, string> = { online: '在线', busy: '忙碌', away: '离开', offline: '离线' }
export const CHANNELS: Record<string, string> = { web: '网页', rest: '接口', wechat: '微信', voice: '电话', sms: '短信' }
export const ROLES: [string, string][] = [
  ['agent', '坐席'], ['supervisor', '班长'], ['dispatcher', '派单员'], ['clerk', '承办经办'], ['unit_head', '承办负责人'],
  ['editor', '知识编辑'], ['observer', '观察员'], ['auditor', '审计员'], ['admin', '管理员'],
]

export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
