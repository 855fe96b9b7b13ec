import type { Butterfly } from './butterfly.js'

/** Half the side of an equilateral triangle in the unit circle: sin(2π/3). */
const sin3 = Math.sqrt(3) / 2

export const butterfly3: Butterfly = (source, target, blocks, stride, twiddles) => {
  const jump = 2 * stride * blocks
  const step = 2 * stride
  let from = 0
  let to = 0
  for (let p = 0; p < blocks; p++) {
    const w1Re = twiddles[4 * p]!
    const w1Im = twiddles[4 * p + 1]!
    const w2Re = twiddles[4 * p + 2]!
    const w2Im = twiddles[4 * p + 3]!
    for (const end = from + step; from < end; from += 2, to += 2) {
      const aRe = source[from]!
      const aIm = source[from + 1]!
      const bRe = source[from + jump]!
      const bIm = source[from + jump + 1]!
      const cRe = source[from + 2 * jump]!
      const cIm = source[from + 2 * jump + 1]!
      const sumRe = bRe + cRe
      const sumIm = bIm + cIm
      const middleRe = aRe - 0.5 * sumRe
      const middleIm = aIm - 0.5 * sumIm
      // −i · sin3 · (b − c)
      const turnRe = sin3 * (bIm - cIm)
      const turnIm = sin3 * (cRe - bRe)
      const y1Re = middleRe + turnRe
      const y1Im = middleIm + turnIm
      const y2Re = middleRe - turnRe
      const y2Im = middleIm - turnIm
      target[to] = aRe + sumRe
      target[to + 1] = aIm + sumIm
      target[to + step] = y1Re * w1Re - y1Im * w1Im
      target[to + step + 1] = y1Re * w1Im + y1Im * w1Re
      target[to + 2 * step] = y2Re * w2Re - y2Im * w2Im
      target[to + 2 * step + 1] = y2Re * w2Im + y2Im * w2Re
    }
    to += 2 * step
  }
}
