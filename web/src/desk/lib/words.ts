/** Times, waits and names of things in words. */
export function clock(iso: string, now = new Date()): string {
  const at = new Date(iso)
  const two = (value: number): string => String(value).padStart(2, '0')
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  if (at.toDateString() === now.toDateString()) return time
  const year = at.getFullYear() === now.getFullYear() ? '' : `${at.getFullYear()}年`
  return `${year}${at.getMonth() + 1}月${at.getDate()}日 ${time}`
}

export function wait(seconds: number): string {
  if (seconds < 60) return `${seconds} 秒`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} 分钟`
  return `${Math.floor(seconds / 3600)} 小时 ${Math.floor((seconds % 3600) / 60)} 分`
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

export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
