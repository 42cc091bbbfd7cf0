/** Help beside the answer box: suggested answers, knowledge, canned replies, and one way to put them into the text. */
import { computed, nextTick, reactive, watch } from 'vue'
import { api } from './api'
import { ApiError, optional } from './call'
import { setDraft, state } from './state'
import { failed } from '../../shared/tell'
import type { Canned, Found, Suggestion } from './beside'

export interface Offer {
  title: string
  text: string
  source: string
  verify: boolean
}

export const assist = reactive({
  suggestions: [] as Suggestion[],
  words: '',
  results: [] as Found[],
  asking: false,
  /** False where the server has no such search. */
  knows: true,
})

/** What Alt+1 to Alt+3 put in: hits of the search while there are words, else the suggestions. */
export const offers = computed<Offer[]>(() => assist.words.trim()
  ? assist.results.map((one) => ({ title: one.question, text: one.answer, source: one.source, verify: one.verify }))
  : assist.suggestions.slice(0, 3).map((one) => (
    { title: one.title, text: one.text, source: one.kind === 'canned' ? '常用语' : one.source ?? '', verify: one.verify ?? false })))

const lastQuestion = (): string => {
  const asked = (state.talk?.messages ?? []).filter((message) => message.author === 'citizen')
  return asked[asked.length - 1]?.id ?? ''
}

/** New suggestions for each new question of the citizen. */
async function suggest(): Promise<void> {
  const id = state.selected
  assist.suggestions = []
  if (!state.talk || state.talk.owner === 'closed' || !lastQuestion()) return
  const found = await optional(api.suggestions(id)).catch(() => null)
  if (id === state.selected) assist.suggestions = found?.suggestions ?? []
}

let planned = 0
async function look(): Promise<void> {
  const words = assist.words.trim()
  if (!words) {
    assist.results = []
    return
  }
  assist.asking = true
  try {
    const found = await optional(api.knowledge(words))
    assist.knows = found !== null
    if (words === assist.words.trim()) assist.results = found?.results ?? []
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) failed(error)
  } finally {
    assist.asking = false
  }
}

export function startAssist(): void {
  // One text: an array would be new, and so changed, each time anything in the conversation is.
  watch(() => `${state.selected}/${lastQuestion()}`, () => void suggest())
  watch(() => state.selected, () => (assist.words = ''))
  watch(() => assist.words, () => {
    window.clearTimeout(planned)
    planned = window.setTimeout(() => void look(), 250)
  })
}

const box = (): HTMLTextAreaElement | null => document.querySelector<HTMLTextAreaElement>('.answer textarea')

export function focusAnswer(): void {
  state.mode = 'answer'
  void nextTick(() => box()?.focus())
}

/** Puts `text` into the draft in place of `from` to `to` (else at the cursor) and goes on writing behind it. */
export async function insert(text: string, from?: number, to?: number): Promise<void> {
  const start = Math.min(from ?? box()?.selectionStart ?? state.draft.length, state.draft.length)
  const end = Math.min(to ?? box()?.selectionEnd ?? start, state.draft.length)
  setDraft(state.draft.slice(0, start) + text + state.draft.slice(end))
  state.mode = 'answer'
  await nextTick()
  box()?.focus()
  box()?.setSelectionRange(start + text.length, start + text.length)
}

export async function insertOffer(index: number): Promise<void> {
  const offer = offers.value[index]
  if (offer && state.talk?.mine) await insert(offer.text)
}

// --- canned replies ------------------------------------------------------------------------------------------

export async function loadCanned(): Promise<void> {
  state.canned = (await optional(api.canned()).catch(() => null))?.canned ?? state.canned
}

/** Services, kinds of ticket and results, for forms and corrections. */
export async function loadChoices(): Promise<void> {
  state.choices = (await optional(api.choices()).catch(() => null)) ?? state.choices
}

/** A canned reply in place of what was typed to find it, its variables filled by the server. */
export async function insertCanned(item: Canned, from: number, to: number): Promise<void> {
  let text = item.text
  if (/\{[^}]+\}/.test(text)) {
    try {
      text = (await api.fill(state.selected, text)).text
    } catch (error) {
      failed(error)
    }
  }
  await insert(text, from, to)
}
