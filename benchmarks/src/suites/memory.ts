import { enc256 } from '../models.js'
import type { Suite } from '../suite.js'
import { stepCase } from './step.js'

/** Memory over many steps. */
export const memorySuite: Suite = {
  name: 'memory',
  description: 'resident memory while enc256 takes 500 steps with LoRA',
  measures: 'memory',
  cases: () => [stepCase(enc256, { adapter: 'lora', r: 8 })],
}
