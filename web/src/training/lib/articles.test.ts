import { expect, test } from 'vitest'
import { bodyOf, differences, emptyBody, lacks, linesOf, nextStep, toldWords } from './articles'
import type { Version } from './types'

const body = { ...emptyBody(), id: 'gas-hose', question: '软管多长', answer: '不超过2米', source: 'GB 55009' }
const version = (values: Partial<Version>): Version => ({
  version: 2, state: 'draft', wrong: false, note: '', author: '王', author_id: 'w', reviewer: null, created_at: '', body, live_from: null, live_until: null, ...values,
})

test('whoever wrote a draft cannot review it; what is reviewed may be published', () => {
  expect(nextStep(version({}), 'w')).toEqual({ may: null, words: '第 2 版是您写的，请另一个人复核' })
  expect(nextStep(version({}), 'l').may).toBe('review')
  expect(nextStep(version({ state: 'reviewed', reviewer: '李' }), 'w')).toEqual({ may: 'publish', words: '第 2 版已由 李 复核，可以发布' })
  expect(nextStep(null, 'w')).toEqual({ may: null, words: '' })
})

test('a draft says what it lacks, one thing at a time', () => {
  expect(lacks(body)).toBe('')
  expect(lacks({ ...body, id: 'Gas Hose' })).toContain('编号')
  expect(lacks({ ...body, answer: ' ' })).toContain('答复')
  expect(lacks({ ...body, source: '' })).toContain('依据')
})

test('differences name the fields that changed, before and after', () => {
  const draft = { ...body, answer: '不超过1.5米', similar: ['软管限长'] }
  expect(differences(body, draft)).toEqual([
    { name: '相似问法', before: '', after: '软管限长' }, { name: '答复', before: '不超过2米', after: '不超过1.5米' }])
  expect(differences(null, body).map((row) => row.name)).toEqual(['问题', '答复', '依据'])
  expect(differences(null, { ...body, domain: 'signage' })).toContainEqual({ name: '领域', before: '', after: '招牌标识' })
  expect(differences(body, { ...body, domain: 'gas_safety' })).toEqual([{ name: '领域', before: '其他', after: '燃气安全' }])
})

test('a body keeps only an article\'s fields, and lines lose blanks', () => {
  expect(bodyOf({ ...body, status: 'live' } as never)).toEqual(body)
  expect(linesOf(' a \n\n b')).toEqual(['a', 'b'])
})

test('before a correction is sent one reads whom it will reach', () => {
  expect(toldWords({ recipients: 5, offered: 2, unreachable: 1, left: 2 })).toBe('5 段会话得到过这一版，2 段已经更正过，1 段的渠道现在没有接通；会给 2 段发更正')
  expect(toldWords({ recipients: 2, offered: 2, unreachable: 0, left: 0 })).toContain('没有要发的了')
})
