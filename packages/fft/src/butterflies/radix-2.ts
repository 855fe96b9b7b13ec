import type { Butterfly } from './butterfly.js'

export const butterfly2: Butterfly = (source, target, blocks, stride, twiddles) => {
  const jump = 2 * stride * blocks
  const step = 2 * stride
  let from = 0
  let to = 0
  for (let p = 0; p < blocks; p++) {
    const w1Re = twiddles[2 * p]!
    const w1Im = twiddles[2 * p + 1]!
    for (const end = from + step; from < end; from += 2, to += 2) {
      const aRe = source[from]!
      const aIm = source[from + 1]!
      const bRe = source[from + jump]!
      const bIm = source[from + jump + 1]!
      const re = aRe - bRe
      const im = aIm - bIm
      target[to] = aRe + bRe
      target[to + 1] = aIm + bIm
      target[to + step] = re * w1Re - im * w1Im
      target[to + step + 1] = re * w1Im + im * w1Re
    }
    to += step
  }
}
