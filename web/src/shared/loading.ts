/** What a view reads: the data, the trouble in words, and reading again. */
import { onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { ApiError } from './http'
import { wordsOf } from './tell'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  problem: Ref<string>
  busy: Ref<boolean>
  load: () => Promise<void>
}

export function useLoad<T>(read: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const problem = ref('')
  const busy = ref(false)
  let turn = 0

  /** The last question's answer counts, however late an earlier one comes. */
  async function load(): Promise<void> {
    const mine = ++turn
    busy.value = true
    try {
      const found = await read()
      if (mine !== turn) return
      data.value = found
      problem.value = ''
    } catch (error) {
      if (mine !== turn) return
      problem.value = error instanceof ApiError && error.status === 404 ? '服务器还没有这项功能' : wordsOf(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  onMounted(load)
  return { data, problem, busy, load }
}
