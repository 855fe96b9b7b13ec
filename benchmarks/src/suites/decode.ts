import { dec512, parametersOf } from '../models.js'
import type { Suite } from '../suite.js'

/** Greedy decoding. */
export const decodeSuite: Suite = {
  name: 'decode',
  description: 'greedy decoding by dec512 after 16 tokens, per new token',
  cases({ quick }) {
    const newTokens = quick ? 8 : 64
    const parameters = parametersOf(dec512)
    return [
      {
        name: `dec512/${newTokens} tokens`,
        task: { kind: 'decode', model: dec512, parameters, promptLength: 16, newTokens },
        tolerance: 0,
        unitsPerRun: newTokens,
      },
    ]
  },
}
