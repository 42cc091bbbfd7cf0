/** The open conversation: reads it when hinted, takes it, gives it back, closes it. */
import { api } from './api'
import { ApiError, download } from './call'
import { draftOf, noteOf, unsentOf, withKept } from './keep'
import { goTo, route } from './route'
import { loadQueue } from './queue'
import { withNewest, withOlder } from './segments'
import { sendKept } from './sending'
import { line, mine, setDraft, setNote, state, type Sheet } from './state'
import { failed, tell, wordsOf } from '../../shared/tell'
import type { Talk } from './types'

export const user = (): string => state.session?.user.id ?? ''

/** Called with the id of what is open, so that others see who is looking. */
let onView: (id: string) => void = () => undefined
export function whenViewing(act: (id: string) => void): void {
  onView = act
}

export async function open(id: string): Promise<void> {
  route.view = 'talk'
  if (location.hash !== (id ? '#' + id : '')) history.replaceState(null, '', location.pathname + (id ? '#' + id : ''))
  if (id === state.selected) return
  if (!id) state.showContext = false
  Object.assign(state, {
    selected: id, talk: null, talkProblem: '', armed: '', sheet: '', mode: 'answer', citizenTypingUntil: 0,
    side: state.side === 'ticket' ? 'help' : state.side,
    draft: id ? draftOf(user(), id) : '', note: id ? noteOf(user(), id) : '', unsent: id ? unsentOf(user(), id) : [],
  })
  onView(id)
  if (id) await loadTalk()
}

export async function loadTalk(): Promise<void> {
  const id = state.selected
  if (!id) return
  try {
    const fresh = await api.talk(id)
    if (id !== state.selected) return
    const held = state.talk
    state.talk = held && held.id === id ? joined(held, fresh) : fresh
    state.talkProblem = ''
    sayRead()
    if (mine.value) await sendKept()
  } catch (error) {
    if (id !== state.selected || !(error instanceof ApiError)) return
    if (error.status === 404) state.talkProblem = '没有这个会话'
    else if (!state.talk) state.talkProblem = error.message
  }
}

/** Older pages stay when the newest page joins on; else the newest page starts afresh. */
function joined(held: Talk, fresh: Talk): Talk {
  const messages = withNewest(held.messages, fresh.messages)
  return messages ? { ...fresh, messages, more: held.more } : fresh
}

export async function loadOlder(): Promise<void> {
  const talk = state.talk
  if (!talk || !talk.more || !talk.messages.length) return
  try {
    const page = await api.before(talk.id, talk.messages[0].id)
    if (state.talk?.id !== talk.id) return
    state.talk.messages = withOlder(state.talk.messages, page.messages)
    state.talk.more = page.more
  } catch (error) {
    failed(error)
  }
}

/** Tells the server once what the agent has before his eyes; a hidden page has shown nothing. */
let read = ''
export function sayRead(): void {
  const last = state.talk?.messages[state.talk.messages.length - 1]?.id ?? ''
  if (!mine.value || !last || document.hidden || read === state.selected + last) return
  read = state.selected + last
  api.seen(state.selected, last).catch(() => undefined)
}

/** One thing at a time; news from the server comes in whether it went well or not. */
export async function work(name: string, act: () => Promise<void>): Promise<boolean> {
  if (state.busy) return false
  state.busy = name
  try {
    await act()
    return true
  } catch (error) {
    failed(error)
    return false
  } finally {
    state.busy = ''
    state.armed = ''
    void loadQueue()
    void loadTalk()
  }
}

export const take = (id: string): Promise<boolean> => work('take', async () => {
  const { conversation } = await api.take(id)
  state.gone = null
  if (state.selected !== id) await open(id)
  else if (state.talk) Object.assign(state.talk, conversation)
  // Whoever waits no longer would vanish from the list under the agent's eyes.
  if (state.tab === 'waiting') state.tab = 'mine'
})

export const giveBack = (): Promise<boolean> => work('release', async () => {
  const talk = state.talk
  if (!talk) return
  await api.release(talk.id, 'bot', state.draft.trim())
  setDraft('')
  state.gone = { id: talk.id, citizen: talk.citizen }
  tell(`${talk.citizen} 已交还智能助手`, 'success')
})

export const close = (result: string, summary: string): Promise<boolean> => work('release', async () => {
  const talk = state.talk
  if (!talk) return
  await api.release(talk.id, 'closed', state.draft.trim(), { result, summary })
  setDraft('')
  state.sheet = ''
  tell(`${talk.citizen} 的会话已结束`, 'success')
})

/** Work of one call on the open conversation; `done` is what the agent reads when it went well. */
export const deed = (name: string, done: string, act: (id: string) => Promise<unknown>): Promise<boolean> =>
  work(name, async () => {
    await act(state.selected)
    state.sheet = ''
    if (done) tell(done, 'success')
  })

export const confirmEmergency = (id: string): Promise<boolean> => work('confirm', async () => {
  await api.confirm(id)
})

/** A note or a whisper. What was typed stays when it did not arrive. */
export const sendNote = (): Promise<boolean> => work('note', async () => {
  const text = state.note.trim()
  if (!text) return
  await (state.mode === 'whisper' ? api.whisper(state.selected, text) : api.note(state.selected, text))
  setNote('')
  if (mine.value) state.mode = 'answer'
})

/** Others see the deed at once, so the first press arms and the second one does it. */
let disarm = 0
export function press(what: 'bot' | 'take_over'): void {
  window.clearTimeout(disarm)
  if (state.armed !== what) {
    state.armed = what
    disarm = window.setTimeout(() => (state.armed = ''), 4000)
  } else if (what === 'bot') void giveBack()
  else void deed('take_over', '已接管', api.takeOver)
}

export function toggle(sheet: Sheet): void {
  state.sheet = state.sheet === sheet ? '' : sheet
}

export async function transcript(format: 'txt' | 'html'): Promise<void> {
  const id = state.selected
  await download(api.transcript(id, format), `会话-${id.slice(-8)}.${format}`).catch((error) => tell(wordsOf(error)))
}

/** Opens a conversation from another view. */
export const visit = (id: string): void => goTo('talk', { id })

export const keptIds = (): string[] => (['draft', 'note', 'unsent'] as const).flatMap((kind) => withKept(kind, user()))

/** What is open when it can be taken, else the first who waits. */
export function takeable(): string {
  const here = line.value?.owner === 'queue' || (state.talk?.owner === 'bot' && !line.value)
  return here ? state.selected : state.queue?.waiting[0]?.id ?? ''
}
