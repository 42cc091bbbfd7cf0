/** Sound and title for emergencies, without files: two tones every two seconds until somebody confirms. */
import { ref } from 'vue'

/** False until the browser lets us make a sound, which takes one click or key. */
export const soundReady = ref(false)

let context: AudioContext | null = null
let timer = 0
let plain = document.title

function wake(): void {
  try {
    context ??= new AudioContext()
    void context.resume().then(() => (soundReady.value = context?.state === 'running'))
  } catch {
    // No sound device: the red row and the title remain.
  }
}

for (const kind of ['pointerdown', 'keydown']) window.addEventListener(kind, wake, { passive: true })

function tone(frequency: number, after: number, length: number, volume: number): void {
  if (!context || context.state !== 'running') return
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  const start = context.currentTime + after
  oscillator.frequency.value = frequency
  gain.gain.setValueAtTime(volume, start)
  gain.gain.exponentialRampToValueAtTime(0.001, start + length)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(start)
  oscillator.stop(start + length)
}

/** One quiet note: somebody new waits, or a citizen of mine has written. */
export function chime(): void {
  tone(660, 0, 0.25, 0.12)
}

/** Rings while `count` is more than 0; `silent` leaves the title flashing only. */
export function alarm(count: number, silent: boolean): void {
  window.clearInterval(timer)
  timer = 0
  document.title = plain
  if (count === 0) return
  let on = false
  const ring = (): void => {
    on = !on
    document.title = on ? `【紧急 ${count}】请确认` : plain
    if (silent || !on) return
    tone(880, 0, 0.35, 0.5)
    tone(1175, 0.4, 0.45, 0.5)
  }
  ring()
  timer = window.setInterval(ring, 1000)
}

/** The title when nothing rings. */
export function setTitle(text: string): void {
  plain = text
  if (!timer) document.title = text
}
