import { expect, test } from 'vitest'
import { matching } from './pick'

const choices = [
  { code: 'noise_night', name: '夜间施工噪声' }, { code: 'facility_streetlight', name: '路灯' }, { code: 'noise_shop', name: '噪声：商铺' },
]
const found = (words: string): string[] => matching(choices, words).map((one) => one.code)

test('without words all stay in their order', () => expect(found(' ')).toHaveLength(3))
test('a name\'s start comes first, then inside, then the code', () => {
  expect(found('噪声')).toEqual(['noise_shop', 'noise_night'])
  expect(found('street')).toEqual(['facility_streetlight'])
})
test('scattered characters are good enough, foreign ones are not', () => {
  expect(found('夜噪')).toEqual(['noise_night'])
  expect(found('电梯')).toEqual([])
})
