/** A training or measuring that runs: asked again until it has ended. */
import { onBeforeUnmount, ref, type Ref } from 'vue'
import { wordsOf } from '../../shared/tell'
import { api } from './api'
import type { Job, JobState } from './types'

export const JOB_KINDS: Record<string, string> = { candidate: '训练新模型', measure: '检验数据集', doubts: '找可能标错的' }
export const JOB_STATES: Record<JobState, string> = { waiting: '排队', running: '进行中', done: '完成', failed: '失败', cancelled: '已取消' }
/** `3 分 20 秒`; empty before it has begun. */
export function took(job: Pick<Job, 'started_at' | 'ended_at'>, now = Date.now()): string {
  if (!job.started_at) return ''
  const seconds = Math.max(Math.round(((job.ended_at ? Date.parse(job.ended_at) : now) - Date.parse(job.started_at)) / 1000), 0)
  return seconds < 60 ? `${seconds} 秒` : `${Math.floor(seconds / 60)} 分 ${seconds % 60} 秒`
}

/** The log as one reads it: a line of progress without its mark. */
export const logText = (log: string[]): string => log.map((line) => line.replace(/^@progress (\d+) ?/, '$1% ')).join('\n')

export const isOver = (job: Pick<Job, 'state'>): boolean => !['waiting', 'running'].includes(job.state)

export interface Followed { job: Ref<Job | null>; problem: Ref<string>; follow: (id: string) => void }

/** `ended` is called once when a job that was followed while it ran is over. */
export function useJob(ended: (job: Job) => void): Followed {
  const job = ref<Job | null>(null)
  const problem = ref('')
  let timer = 0
  let wanted = ''
  let ran = false

  async function look(id: string): Promise<void> {
    try {
      const found = await api.job(id)
      if (id !== wanted) return
      job.value = found
      problem.value = ''
      if (isOver(found)) {
        if (ran) ended(found)
        return
      }
      ran = true
    } catch (error) {
      if (id !== wanted) return
      problem.value = wordsOf(error)
    }
    timer = window.setTimeout(() => void look(id), 2000)
  }

  function follow(id: string): void {
    window.clearTimeout(timer)
    wanted = id
    ran = false
    if (id) void look(id)
    else job.value = null
  }

  onBeforeUnmount(() => {
    wanted = ''
    window.clearTimeout(timer)
  })
  return { job, problem, follow }
}
