import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Rng } from '@gyre/tensor'

const atSea = [
  ['the whale', 'a sailor', 'the captain', 'one ship'],
  ['sees', 'follows', 'leaves', 'calls'],
  ['the whale', 'an island', 'the crew', 'a storm'],
]
const inTheGarden = [
  ['my rose', 'an apple', 'our bee', 'any root'],
  ['grows by', 'likes', 'hums near', 'pulls up'],
  ['my roses', 'our pond', 'an ant', 'moss'],
]

/** Sentences of a subject, a verb and an object, always the same. */
function sentences(words: readonly (readonly string[])[], count: number): string[] {
  const rng = new Rng(0)
  const choices = words.map((list) => rng.integers(count, list.length))
  return Array.from({ length: count }, (_, i) => words.map((list, k) => list[choices[k]![i]!]!).join(' '))
}

export const sentencesAtSea = (count: number): string[] => sentences(atSea, count)
export const sentencesInTheGarden = (count: number): string[] => sentences(inTheGarden, count)

const sharedFields = {
  vocab_size: 280,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  max_position_embeddings: 34,
  // 0.02, the default, is made for wide layers: so narrow ones would pass hardly anything on.
  initializer_range: 0.2,
}

/** Configurations of models for which a step takes milliseconds. */
export const tinyConfigs = {
  llama: { ...sharedFields, model_type: 'llama' },
  roberta: {
    ...sharedFields,
    model_type: 'roberta',
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
  },
  bert: { ...sharedFields, model_type: 'bert', hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 },
  gpt2: {
    model_type: 'gpt2',
    vocab_size: 280,
    n_embd: 16,
    n_inner: 24,
    n_layer: 1,
    n_head: 2,
    n_positions: 34,
    initializer_range: 0.2,
    resid_pdrop: 0,
    embd_pdrop: 0,
    attn_pdrop: 0,
  },
} as const

/** Writes what tiny runs read, and gives the paths. */
export function writeTinyInputs(folder: string) {
  mkdirSync(folder, { recursive: true })
  const write = (name: string, ...lines: readonly string[]): string => {
    const path = join(folder, name)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  const sea = sentencesAtSea(60)
  const garden = sentencesInTheGarden(60)
  const mixed = sea.map((text, i) => (i % 3 ? { text, label: '1' } : { text: garden[i]!, label: '0' }))
  return {
    llama: write('llama.json', JSON.stringify(tinyConfigs.llama)),
    roberta: write('roberta.json', JSON.stringify(tinyConfigs.roberta)),
    /** What base models are pre-trained on. */
    text: write('sea.txt', ...sentencesAtSea(400)),
    /** What they are fine-tuned on. */
    otherText: write('garden.txt', ...sentencesInTheGarden(200)),
    /** In the layout of sst2: 1 at sea, 0 in the garden. */
    classes: write('classes.tsv', 'sentence\tlabel', ...mixed.map(({ text, label }) => `${text}\t${label}`)),
    /** In the layout of stsb: 5 where there is a whale in the first sentence, otherwise 1. */
    scores: write(
      'scores.tsv',
      'index\tsentence1\tsentence2\tscore',
      ...sea.map((text, i) => `${i}\t${text}\ta storm\t${text.includes('whale') ? 5 : 1}`),
    ),
    /** The rows of `classes` that are held out: every tenth. */
    heldOut: mixed.filter((_, i) => i % 10 === 9),
  }
}
