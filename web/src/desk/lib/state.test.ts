import { expect, it } from 'vitest'
import { firstAlarm, state } from './state'
import type { Queue, Talk } from './types'

const listed = (...ids: string[]): Queue => ({ all: ids.map((id) => ({ emergency: { id } })) }) as unknown as Queue
const opened = (...emergencies: { id: string; open: boolean }[]): Talk => ({ emergencies }) as unknown as Talk

it('confirms what stands above the open conversation, also before the list has heard of it', () => {
  expect(firstAlarm.value).toBeUndefined()
  state.talk = opened({ id: 'past', open: false }, { id: 'here', open: true })
  expect(firstAlarm.value).toBe('here')
  state.queue = listed('elsewhere')
  expect(firstAlarm.value).toBe('here')
  state.talk = opened({ id: 'past', open: false })
  expect(firstAlarm.value).toBe('elsewhere')
})
