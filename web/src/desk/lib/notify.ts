/** Desktop notifications while the page is hidden. They name the conversation, never the citizen's words. */
import { reactive } from 'vue'
import { chime } from './alarm'
import { keepLikes, likesOf } from './keep'

export const likes = reactive(likesOf())

export function setLikes(changed: Partial<typeof likes>): void {
  Object.assign(likes, changed)
  keepLikes({ ...likes })
}

export const canNotify = (): boolean => 'Notification' in window

/** Asks the browser for leave; false when it or the agent says no. */
export async function allowDesktop(): Promise<boolean> {
  const granted = canNotify() && (await Notification.requestPermission()) === 'granted'
  setLikes({ desktop: granted })
  return granted
}

/** A quiet note, and a notification for whoever looks elsewhere. `act` runs when it is clicked. */
export function notify(text: string, tag: string, act: () => void): void {
  if (likes.sound) chime()
  if (!likes.desktop || !document.hidden || !canNotify() || Notification.permission !== 'granted') return
  try {
    const shown = new Notification('青岛12345 坐席台', { body: text, tag })
    shown.onclick = () => {
      window.focus()
      act()
      shown.close()
    }
  } catch {
    // Some phones allow notifications from a service worker only: the sound and the title remain.
  }
}
