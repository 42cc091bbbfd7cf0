// Where the talk is scrolled to: the newest words stay in sight unless the citizen reads further up.
import { ref, type Ref } from 'vue'

import type { Item } from './types'

const NEAR = 90
const BATCH = 1500

export function useFollowing(log: Ref<HTMLElement | undefined>) {
  const behind = ref(false)
  let follows = true
  let batchAt = 0
  let anchor = ''

  const end = (box: HTMLElement): number => box.scrollHeight - box.clientHeight
  const atEnd = (box: HTMLElement): boolean => end(box) - box.scrollTop < NEAR

  /** Only the citizen's own hand takes the talk away from its end. */
  function moved(): void {
    requestAnimationFrame(() => {
      const box = log.value
      if (!box) return
      follows = atEnd(box)
      if (follows) behind.value = false
    })
  }

  function toEnd(): void {
    const box = log.value
    if (!box) return
    follows = true
    behind.value = false
    batchAt = 0
    box.scrollTop = box.scrollHeight
  }

  function keep(): void { if (follows && Date.now() - batchAt > BATCH) toEnd() }

  /** A picture has come in and pushed what follows it down: the last news stay in sight from their first line on. */
  function grown(): void {
    const box = log.value
    if (!box || !follows) return
    if (batchAt) toAnchor(box)
    else toEnd()
  }

  function toAnchor(box: HTMLElement): void {
    const element = box.querySelector<HTMLElement>(`[data-id="${CSS.escape(anchor)}"]`)
    const top = element ? element.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 8 : end(box)
    box.scrollTop = Math.min(end(box), top)
    behind.value = end(box) - box.scrollTop > NEAR
  }

  /** Show news from its first line on: advice must not scroll out of sight behind the ticket that follows it. */
  function toNews(news: Item[]): void {
    const box = log.value
    const first = news.find((item) => item.custom?.type === 'emergency') ?? news[0]
    if (!box || !first) return
    const isUrgent = first.custom?.type === 'emergency'
    if (!follows && !isUrgent) { behind.value = true; return }
    if (isUrgent || Date.now() - batchAt > BATCH) anchor = first.id ?? ''
    batchAt = Date.now()
    toAnchor(box)
  }

  const EVENTS = ['wheel', 'touchmove', 'touchend', 'keydown', 'pointerup'] as const
  function start(): void { EVENTS.forEach((name) => log.value?.addEventListener(name, moved, { passive: true })) }
  function stop(): void { EVENTS.forEach((name) => log.value?.removeEventListener(name, moved)) }

  return { behind, toEnd, toNews, keep, grown, start, stop }
}
