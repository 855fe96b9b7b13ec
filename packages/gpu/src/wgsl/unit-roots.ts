import type { Lowering } from '../kernel.js'
import type { Binding } from '../program/step.js'

/** The table of exp(-2πi k / n) for 0 ≤ k < n, made in float64. */
export function unitRoots(n: number, lowering: Lowering): Binding {
  const angles = () => Float64Array.from({ length: n }, (_, k) => (-2 * Math.PI * k) / n)
  return { block: lowering.constant(`unit roots ${n}`, () => complexTable(angles())), type: 'vec2<f32>' }
}

/** exp(i · angle) for each angle, rounded to float32. */
export function complexTable(angles: Float64Array): Float32Array {
  const table = new Float32Array(2 * angles.length)
  angles.forEach((angle, k) => {
    table[2 * k] = Math.cos(angle)
    table[2 * k + 1] = Math.sin(angle)
  })
  return table
}
