// Which of the house's words the citizen has had before their eyes: the page is shown and the bubble is in sight.
import { onBeforeUnmount, onMounted, type Ref } from 'vue'

import type { Item } from './types'

const INSIDE = 24

/** Of messages in order, the newest one that `visible` says yes to. */
export function lastSeen(items: readonly Item[], visible: (id: string) => boolean): Item | undefined {
  return [...items].reverse().find((item) => !item.mine && item.id !== undefined && visible(item.id))
}

export function useSeeing(
  log: Ref<HTMLElement | undefined>, shown: () => boolean, items: () => readonly Item[], tell: (item: Item) => void,
) {
  let planned = 0

  function visible(box: HTMLElement, bottom: number, id: string): boolean {
    const line = box.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)
    return !!line && line.getBoundingClientRect().top + INSIDE <= bottom
  }

  function look(): void {
    planned = 0
    const box = log.value
    if (!box || !shown() || document.visibilityState !== 'visible') return
    const { bottom, height } = box.getBoundingClientRect()
    const found = height > 0 ? lastSeen(items(), (id) => visible(box, bottom, id)) : undefined
    if (found) tell(found)
  }

  function soon(): void { if (!planned) planned = window.setTimeout(look, 250) }

  onMounted(() => {
    document.addEventListener('visibilitychange', soon)
    window.addEventListener('focus', soon)
    log.value?.addEventListener('scroll', soon, { passive: true })
  })
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', soon)
    window.removeEventListener('focus', soon)
    window.clearTimeout(planned)
  })
  return { soon }
}
