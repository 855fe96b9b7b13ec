import { expect, it } from 'vitest'
import { approximately, exactly, inMebibytes, percent } from './numbers.js'

it('writes numbers as people read them', () => {
  expect([exactly(89856), approximately(13_200_000), approximately(527_400), approximately(12)]).toEqual([
    '89,856',
    '13.2 M',
    '527 K',
    '12',
  ])
  expect([inMebibytes(31 * 2 ** 20), inMebibytes(1.5 * 2 ** 30)]).toEqual(['31 MiB', '1,536 MiB'])
  expect([percent(0.04), percent(0.0049), percent(0.00012), percent(0), percent(1)]).toEqual([
    '4.0 %',
    '0.49 %',
    '0.012 %',
    '0.0 %',
    '100.0 %',
  ])
})
