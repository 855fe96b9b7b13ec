import { bert } from './bert.js'
import { gpt2 } from './gpt2.js'
import { llama } from './llama.js'
import { roberta } from './roberta.js'

/**
 * Every architecture, under the name that `model_type` in Hugging Face's `config.json` has for it. One line here gives
 * it its place in configurations, checkpoints and the command line.
 */
export const architectures = { bert, gpt2, llama, roberta }

export type ModelType = keyof typeof architectures
