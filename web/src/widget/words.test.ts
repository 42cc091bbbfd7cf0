import { describe, expect, it } from 'vitest'

import { addressOf, advice, dayAndTime, grouped, groupedReceipt, refusal, ticketStatus } from './words'

describe('advice', () => {
  it('reads one step a line, and what follows', () => {
    expect(advice('1. 不要点火。\n2. 在室外拨打 119。\n您先离开，到安全处再回复我。')).toEqual({
      steps: ['不要点火', '在室外拨打 119'], note: '您先离开，到安全处再回复我。',
    })
  })

  it('reads steps that run together', () => {
    expect(advice('1. 不要点火，不要打电话。2. 马上离开，退到 3.5 米外。3. 拨打 119，或 0532-1234。您先离开。')).toEqual({
      steps: ['不要点火，不要打电话', '马上离开，退到 3.5 米外', '拨打 119，或 0532-1234'], note: '您先离开。',
    })
  })

  it('leaves other words alone', () => {
    expect(advice('请拨打 119。').steps).toEqual([])
    expect(advice('请拨打 119。\n人工坐席马上来。').steps).toEqual([])
  })

  it('reads English', () => {
    expect(advice('1. Call 119 now.\n2. Get out. Use the stairs.').steps).toEqual(['Call 119 now.', 'Get out. Use the stairs.'])
  })
})

it('groups numbers for reading', () => {
  expect(grouped('13800138000')).toBe('138 0013 8000')
  expect(grouped('不留电话')).toBe('不留电话')
  expect(groupedReceipt('QD20230601000123')).toBe('QD 20230601 000123')
  expect(groupedReceipt('X1')).toBe('X1')
})

it('has words for every status', () => {
  for (const status of ['pending', 'accepted', 'dispatched', 'signed', 'processing', 'answered', 'closed', 'returned', 'withdrawn']) {
    expect(ticketStatus(status).words).not.toBe('处理中')
  }
  expect(ticketStatus('something new').words).toBe('处理中')
})

it('tells the time as people do', () => {
  const now = new Date(2026, 5, 2, 9, 0).getTime()
  expect(dayAndTime(new Date(2026, 5, 2, 8, 5).getTime(), now)).toBe('8:05')
  expect(dayAndTime(new Date(2026, 5, 1, 23, 59).getTime(), now)).toBe('昨天 23:59')
  expect(dayAndTime(new Date(2026, 4, 30, 8, 5).getTime(), now)).toBe('5月30日 8:05')
  expect(dayAndTime(new Date(2025, 11, 31, 8, 5).getTime(), now)).toBe('2025年12月31日 8:05')
})

it('says why in words', () => {
  expect(refusal('too_large', 20_000)).toContain('20000')
  expect(refusal('bad_input')).toBe(refusal(undefined))
})

it('follows web addresses and the house\'s own, nothing else', () => {
  expect(addressOf('/media/abc', 'https://12345.example/')).toBe('https://12345.example/media/abc')
  expect(addressOf('https://else.example/a.png', 'https://12345.example')).toBe('https://else.example/a.png')
  for (const url of ['//else.example/a.png', 'javascript:alert(1)', 'data:image/png;base64,', '', undefined]) {
    expect(addressOf(url, 'https://12345.example')).toBeUndefined()
  }
})
