/** The page's one state. */
import { computed, reactive } from 'vue'
import type { Session } from '../../shared/session'
import type { Choices } from './types'

export const state = reactive({
  session: null as Session | null,
  booting: true,
  /** Signed out while working: the sign-in form stands above the work, which stays. */
  signedOut: false,
  choices: { intents: [], services: [], emergencies: [] } as Choices,
  showKeys: false,
  /** Articles whose review date has come: the reminder stands beside the page's name, wherever one works. */
  due: 0,
})

/** Whoever must bind a second factor first may do nothing else. */
const rights = computed(() => new Set(state.session?.user.must_enrol ? [] : state.session?.user.rights ?? []))
export const may = (right: string): boolean => rights.value.has(right)

/** Somebody's name and a dot, or nothing where only an id is known. */
export function person(name: string | null | undefined, id: string): string {
  const found = name ?? (id === state.session?.user.id ? state.session.user.name : '')
  return found ? `${found} · ` : ''
}
