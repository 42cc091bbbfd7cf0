/** Pictures and voice notes chosen for the next answer: kept by the server at once, said when the agent sends. */
import { computed, reactive } from 'vue'
import { api, type Carried } from './api'
import { state } from './state'
import { failed } from '../../shared/tell'
import { randomKey } from '../../shared/words'

export interface Chosen {
  key: string
  talk: string
  name: string
  /** Empty while it is on its way up. */
  url: string
  kind: 'image' | 'voice' | ''
}

const MOST = 9
const held = reactive<{ chosen: Chosen[] }>({ chosen: [] })
export const chosen = computed(() => held.chosen.filter((one) => one.talk === state.selected))
export const onTheWay = computed(() => chosen.value.some((one) => !one.url))

export function attach(files: Iterable<File>): void {
  for (const file of files) if (chosen.value.length < MOST) void add(file)
}

async function add(file: File): Promise<void> {
  const key = randomKey()
  held.chosen.push({ key, talk: state.selected, name: file.name, url: '', kind: '' })
  try {
    const kept = await api.attach(state.selected, file)
    held.chosen = held.chosen.map((one) => (one.key === key ? { ...one, ...kept } : one))
  } catch (error) {
    detach(key)
    failed(error)
  }
}

export function detach(key: string): void {
  held.chosen = held.chosen.filter((one) => one.key !== key)
}

/** What is ready to be said in the open conversation; from now on it is the sender's. */
export function takeChosen(): Carried[] {
  const ready = chosen.value.filter((one) => one.url)
  ready.forEach((one) => detach(one.key))
  return ready.map((one) => (one.kind === 'voice' ? { voice: one.url } : { image: one.url }))
}

/** Files of a paste or a drop; words go their own way. */
export function filesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter((file) => /^(image|audio)\//.test(file.type))
}
