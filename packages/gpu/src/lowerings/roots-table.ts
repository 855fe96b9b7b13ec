import { unitRoots } from '@gyre/fft/gpu'
import type { Lowering } from '../kernel.js'
import type { Binding } from '../program/step.js'

/** The table of exp(-2πi k / n) for 0 ≤ k < n. */
export function rootsTable(n: number, lowering: Lowering): Binding {
  return { block: lowering.constant(`unit roots ${n}`, () => unitRoots(n)), type: 'vec2<f32>' }
}
