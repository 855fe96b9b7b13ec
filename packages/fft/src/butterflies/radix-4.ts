import type { Butterfly } from './butterfly.js'

export const butterfly4: Butterfly = (source, target, blocks, stride, twiddles) => {
  const jump = 2 * stride * blocks
  const step = 2 * stride
  let from = 0
  let to = 0
  for (let p = 0; p < blocks; p++) {
    const w1Re = twiddles[6 * p]!
    const w1Im = twiddles[6 * p + 1]!
    const w2Re = twiddles[6 * p + 2]!
    const w2Im = twiddles[6 * p + 3]!
    const w3Re = twiddles[6 * p + 4]!
    const w3Im = twiddles[6 * p + 5]!
    for (const end = from + step; from < end; from += 2, to += 2) {
      const aRe = source[from]!
      const aIm = source[from + 1]!
      const bRe = source[from + jump]!
      const bIm = source[from + jump + 1]!
      const cRe = source[from + 2 * jump]!
      const cIm = source[from + 2 * jump + 1]!
      const dRe = source[from + 3 * jump]!
      const dIm = source[from + 3 * jump + 1]!
      const acSumRe = aRe + cRe
      const acSumIm = aIm + cIm
      const acRe = aRe - cRe
      const acIm = aIm - cIm
      const bdSumRe = bRe + dRe
      const bdSumIm = bIm + dIm
      // −i · (b − d)
      const turnRe = bIm - dIm
      const turnIm = dRe - bRe
      const y1Re = acRe + turnRe
      const y1Im = acIm + turnIm
      const y2Re = acSumRe - bdSumRe
      const y2Im = acSumIm - bdSumIm
      const y3Re = acRe - turnRe
      const y3Im = acIm - turnIm
      target[to] = acSumRe + bdSumRe
      target[to + 1] = acSumIm + bdSumIm
      target[to + step] = y1Re * w1Re - y1Im * w1Im
      target[to + step + 1] = y1Re * w1Im + y1Im * w1Re
      target[to + 2 * step] = y2Re * w2Re - y2Im * w2Im
      target[to + 2 * step + 1] = y2Re * w2Im + y2Im * w2Re
      target[to + 3 * step] = y3Re * w3Re - y3Im * w3Im
      target[to + 3 * step + 1] = y3Re * w3Im + y3Im * w3Re
    }
    to += 3 * step
  }
}
