// Words and numbers as the citizen reads them.

export const LONGEST = 4000

/** Numbered advice as its steps, one a line or run together; `note` is the sentence that follows the list. */
export function advice(text: string): { steps: string[]; note: string } {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean)
  if (lines.length > 1) {
    const steps = lines.filter((line) => NUMBERED.test(line))
    if (steps.length < 2) return { steps: [], note: '' }
    return { steps: steps.map(bare), note: lines.filter((line) => !NUMBERED.test(line)).join('\n') }
  }
  const steps = text.split(/(?:^|[\s。；;])(?=\d{1,2}[.、．]\s*(?!\d))/).filter((part) => NUMBERED.test(part))
  if (steps.length < 2) return { steps: [], note: '' }
  const [last, ...rest] = (steps.pop() ?? '').split('。')
  return { steps: [...steps, last].map(bare), note: rest.filter((part) => part.trim()).map((part) => `${part}。`).join('') }
}

function bare(step: string): string {
  return step.replace(NUMBERED, '').replace(/[。；;\s]+$/, '')
}

const NUMBERED = /^\s*\d{1,2}[.、．]\s*/

/** A phone number in groups, the way it is read aloud; anything else unchanged. */
export function grouped(phone: string): string {
  return /^1\d{10}$/.test(phone) ? `${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}` : phone
}

/** A receipt in groups: letters, date, number. */
export function groupedReceipt(receipt: string): string {
  return /^QD\d{14}$/.test(receipt) ? `${receipt.slice(0, 2)} ${receipt.slice(2, 10)} ${receipt.slice(10)}` : receipt
}

export const STEPS = ['受理', '转办', '办理', '反馈', '办结']

interface Status { step: number; words: string; next: string }

const STATUSES: Record<string, Status> = {
  pending: { step: 0, words: '待受理', next: '接下来转给负责的单位，进度会发到这里。' },
  accepted: { step: 0, words: '已受理', next: '接下来转给负责的单位，进度会发到这里。' },
  dispatched: { step: 1, words: '已转办', next: '已转给负责的单位，等待签收。' },
  signed: { step: 1, words: '已签收', next: '负责的单位已签收，接下来办理。' },
  processing: { step: 2, words: '办理中', next: '负责的单位正在办理，结果会发到这里。' },
  answered: { step: 3, words: '已反馈', next: '已有办理结果，接下来回访您是否满意。' },
  closed: { step: 4, words: '已办结', next: '已办结。还有问题可以接着说。' },
  returned: { step: 1, words: '退单，重新转办', next: '正在重新确定负责的单位。' },
  withdrawn: { step: -1, words: '已撤回', next: '按您的要求已撤回。需要时可以重新提交。' },
}

/** Where a ticket stands, in words. */
export function ticketStatus(status: string): Status {
  return STATUSES[status] ?? { step: 0, words: '处理中', next: '进度会发到这里。' }
}

/** "14:05" today, "昨天 14:05", else "6月1日 14:05". */
export function dayAndTime(at: number, now: number): string {
  const then = new Date(at)
  const clock = `${then.getHours()}:${String(then.getMinutes()).padStart(2, '0')}`
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000)
  if (days === 0) return clock
  if (days === 1) return `昨天 ${clock}`
  const year = then.getFullYear() === new Date(now).getFullYear() ? '' : `${then.getFullYear()}年`
  return `${year}${then.getMonth() + 1}月${then.getDate()}日 ${clock}`
}

function midnight(at: number): number {
  const day = new Date(at)
  return new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime()
}

/** Why a picture was not taken, and what to do about it. */
export function uploadProblem(status: number): string {
  if (status === 413) return '图片太大，请换一张小一些的。'
  if (status === 400) return '只能发图片或语音，这个文件打不开。'
  if (status === 429) return '发得有点快，请过一会儿再试。'
  return '没有传上去，请检查网络后重试。'
}

/** An address of the house's own as this page can follow it; undefined for what is no web address. */
export function addressOf(url: string | undefined, server: string): string | undefined {
  if (url && /^\/(?!\/)/.test(url)) return server.replace(/\/$/, '') + url
  return url && /^https?:\/\//.test(url) ? url : undefined
}

/** Why a message was not taken, and what to do about it. */
export function refusal(error: string | undefined, limit?: number): string {
  if (error === 'too_large') return `这条太长了（最多 ${limit ?? LONGEST} 字），请分成几条再发。`
  return '这条没能发出去，请换个说法再试。'
}
