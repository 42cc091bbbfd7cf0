// Pictures on their way up: one after the other, said in the talk once the house has them, kept for another try if not.
import { ref } from 'vue'

import type { Keeping } from './keeping'
import type { Attachment } from './types'
import { uploadProblem } from './words'

const PATH = '/web/attachments'
const LONGEST = 60_000

export function useUploading(server: () => string, keeping: Keeping, say: (attachment: Attachment) => void) {
  const waiting = ref<File[]>([])
  const problem = ref('')
  let busy = false

  function add(files: Iterable<File>): void {
    waiting.value = [...waiting.value, ...files]
    void next()
  }

  async function next(): Promise<void> {
    const file = waiting.value[0]
    if (busy || !file) return
    busy = true
    problem.value = ''
    const refused = await send(file)
    busy = false
    if (refused) { problem.value = refused; return }
    waiting.value = waiting.value.slice(1)
    void next()
  }

  /** Empty when it went well, else why not. */
  async function send(file: File): Promise<string> {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), LONGEST)
    try {
      const response = await fetch(server().replace(/\/$/, '') + PATH, {
        method: 'POST', body: file, signal: stop.signal, credentials: 'omit',
        headers: { Authorization: `Bearer ${keeping.session() ?? ''}`, 'Content-Type': 'application/octet-stream' },
      })
      if (!response.ok) return uploadProblem(response.status)
      const { kind, url } = await response.json() as Attachment
      say({ kind, url })
      return ''
    } catch {
      return uploadProblem(0)
    } finally {
      clearTimeout(timer)
    }
  }

  function again(): void { void next() }

  /** Give up the one that did not go through. */
  function drop(): void {
    problem.value = ''
    waiting.value = waiting.value.slice(1)
    void next()
  }

  return { waiting, problem, add, again, drop }
}
