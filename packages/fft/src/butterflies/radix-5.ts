import type { Butterfly } from './butterfly.js'

const cos5 = Math.cos((2 * Math.PI) / 5)
const cos5twice = Math.cos((4 * Math.PI) / 5)
const sin5 = Math.sin((2 * Math.PI) / 5)
const sin5twice = Math.sin((4 * Math.PI) / 5)

export const butterfly5: Butterfly = (source, target, blocks, stride, twiddles) => {
  const jump = 2 * stride * blocks
  const step = 2 * stride
  let from = 0
  let to = 0
  for (let p = 0; p < blocks; p++) {
    const w1Re = twiddles[8 * p]!
    const w1Im = twiddles[8 * p + 1]!
    const w2Re = twiddles[8 * p + 2]!
    const w2Im = twiddles[8 * p + 3]!
    const w3Re = twiddles[8 * p + 4]!
    const w3Im = twiddles[8 * p + 5]!
    const w4Re = twiddles[8 * p + 6]!
    const w4Im = twiddles[8 * p + 7]!
    for (const end = from + step; from < end; from += 2, to += 2) {
      const aRe = source[from]!
      const aIm = source[from + 1]!
      const bRe = source[from + jump]!
      const bIm = source[from + jump + 1]!
      const cRe = source[from + 2 * jump]!
      const cIm = source[from + 2 * jump + 1]!
      const dRe = source[from + 3 * jump]!
      const dIm = source[from + 3 * jump + 1]!
      const eRe = source[from + 4 * jump]!
      const eIm = source[from + 4 * jump + 1]!
      const beSumRe = bRe + eRe
      const beSumIm = bIm + eIm
      const cdSumRe = cRe + dRe
      const cdSumIm = cIm + dIm
      const beRe = bRe - eRe
      const beIm = bIm - eIm
      const cdRe = cRe - dRe
      const cdIm = cIm - dIm
      // The cosine and the sine part of y1 and y4, then of y2 and y3; the sine part already turned by −i.
      const middle1Re = aRe + cos5 * beSumRe + cos5twice * cdSumRe
      const middle1Im = aIm + cos5 * beSumIm + cos5twice * cdSumIm
      const turn1Re = sin5 * beIm + sin5twice * cdIm
      const turn1Im = -sin5 * beRe - sin5twice * cdRe
      const middle2Re = aRe + cos5twice * beSumRe + cos5 * cdSumRe
      const middle2Im = aIm + cos5twice * beSumIm + cos5 * cdSumIm
      const turn2Re = sin5twice * beIm - sin5 * cdIm
      const turn2Im = sin5 * cdRe - sin5twice * beRe
      const y1Re = middle1Re + turn1Re
      const y1Im = middle1Im + turn1Im
      const y2Re = middle2Re + turn2Re
      const y2Im = middle2Im + turn2Im
      const y3Re = middle2Re - turn2Re
      const y3Im = middle2Im - turn2Im
      const y4Re = middle1Re - turn1Re
      const y4Im = middle1Im - turn1Im
      target[to] = aRe + beSumRe + cdSumRe
      target[to + 1] = aIm + beSumIm + cdSumIm
      target[to + step] = y1Re * w1Re - y1Im * w1Im
      target[to + step + 1] = y1Re * w1Im + y1Im * w1Re
      target[to + 2 * step] = y2Re * w2Re - y2Im * w2Im
      target[to + 2 * step + 1] = y2Re * w2Im + y2Im * w2Re
      target[to + 3 * step] = y3Re * w3Re - y3Im * w3Im
      target[to + 3 * step + 1] = y3Re * w3Im + y3Im * w3Re
      target[to + 4 * step] = y4Re * w4Re - y4Im * w4Im
      target[to + 4 * step + 1] = y4Re * w4Im + y4Im * w4Re
    }
    to += 4 * step
  }
}
