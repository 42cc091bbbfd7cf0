/** Answers on their way: kept until the server has them, sent again in order, refused ones shown. */
import { api } from './api'
import { takeChosen } from './attaching'
import { ApiError } from './call'
import { loadTalk, user } from './desk'
import { keepUnsent, unsentOf, type Unsent } from './keep'
import { withNew } from './segments'
import { mine, setDraft, state } from './state'
import { randomKey } from '../../shared/words'

const LONGEST = 2000
const seenLast = (): string => state.talk?.messages[state.talk.messages.length - 1]?.id ?? ''

export function send(): void {
  const text = state.draft.trim()
  if (!mine.value || text.length > LONGEST) return
  const said = [...(text ? [{ text }] : []), ...takeChosen().map((carried) => ({ text: '', ...carried }))]
  if (!said.length) return
  const about = { at: new Date().toISOString(), problem: '', after: seenLast() }
  setUnsent([...state.unsent, ...said.map((one) => ({ key: randomKey(), ...about, ...one }))])
  setDraft('')
  void sendKept()
}

let sending: Promise<void> | null = null

/** Sends what is kept, in order; an answer that went through twice counts once, by its key. */
export function sendKept(): Promise<void> {
  sending ??= sendAll(state.selected).finally(() => (sending = null))
  return sending
}

async function sendAll(id: string): Promise<void> {
  for (;;) {
    const next = state.unsent.find((item) => !item.problem)
    if (!next || id !== state.selected) return
    try {
      const { message } = await api.say(
        id, next.text, next.key, next.after ?? '', { ...(next.image && { image: next.image }), ...(next.voice && { voice: next.voice }) })
      if (id === state.selected) setUnsent(state.unsent.filter((item) => item.key !== next.key))
      else keepUnsent(user(), id, unsentOf(user(), id).filter((item) => item.key !== next.key))
      if (state.talk?.id === id) state.talk.messages = withNew(state.talk.messages, message)
    } catch (error) {
      if (!(error instanceof ApiError) || id !== state.selected) return
      if ([0, 401, 429].includes(error.status)) return
      mark(next, error)
      void loadTalk()
    }
  }
}

function mark(item: Unsent, error: ApiError): void {
  setUnsent(state.unsent.map((one) => (one.key === item.key ? { ...one, problem: error.message, code: error.code } : one)))
}

export function setUnsent(items: Unsent[]): void {
  state.unsent = items
  keepUnsent(user(), state.selected, items)
}

export const discard = (item: Unsent): void => setUnsent(state.unsent.filter((one) => one.key !== item.key))

/** A refused answer back into the box, so that nothing typed is lost. */
export function backToDraft(item: Unsent): void {
  discard(item)
  setDraft([item.text, state.draft].filter(Boolean).join('\n'))
}

/** The agent has read what a colleague said meanwhile and still wants it sent. */
export function sendAnyway(item: Unsent): void {
  setUnsent(state.unsent.map((one) => (one.key === item.key ? { ...one, problem: '', code: '', after: seenLast() } : one)))
  void sendKept()
}

let typedAt = 0
export function typing(): void {
  if (!mine.value || Date.now() - typedAt < 3000) return
  typedAt = Date.now()
  api.typing(state.selected).catch(() => undefined)
}
