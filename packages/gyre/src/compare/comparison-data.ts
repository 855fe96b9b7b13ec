import {
  type Batches,
  type EncodedExample,
  type EraPiece,
  exampleBatches,
  holdOutLastTenth,
  languageModelBatches,
  mobyDickText,
  type Tokenizer,
} from '@gyre/data'
import { loadMobyDick, loadSpeeches } from '@gyre/data/node'
import { eraParts } from '@gyre/train'
import { builtInTexts } from '../fine-tuning/texts.js'
import type { ComparisonSettings } from './settings.js'

/** What a comparison trains on and measures on, as batches. */
export interface ComparisonData {
  readonly train: Batches
  readonly heldOut: Batches
  /** Characters of the held-out text; only for language models. */
  readonly heldOutCharacters?: number
}

/** Tokens that learning rates are chosen on. */
const tuningTokens = 12_000

/** The text that a base model is pre-trained on: the speeches, without those that the era's task holds out. */
export async function pretrainingText({ task }: ComparisonSettings): Promise<string> {
  if (task === 'era') return builtInTexts['training-speeches']()
  return holdOutLastTenth(await builtInTexts.speeches()).train
}

/**
 * The task's data. With `tuning`, the held-out part is left alone, and the end of the training part takes its
 * place: learning rates are chosen there.
 */
export async function comparisonData(
  settings: ComparisonSettings,
  tokenizer: Tokenizer,
  { seed, tuning }: { readonly seed: number; readonly tuning: boolean },
): Promise<ComparisonData> {
  return settings.task === 'moby-dick'
    ? mobyDickData(settings, tokenizer, seed, tuning)
    : eraData(settings, tokenizer, seed, tuning)
}

async function mobyDickData(
  { adaptation: { batchSize, sequenceLength }, heldOutLimit }: ComparisonSettings,
  tokenizer: Tokenizer,
  seed: number,
  tuning: boolean,
): Promise<ComparisonData> {
  const split = holdOutLastTenth(mobyDickText(await loadMobyDick()))
  const { train, heldOut } = tuning ? holdOutLastTenth(split.train) : split
  const heldOutIds = tokenizer.encode(heldOut).slice(0, tuning ? tuningTokens : heldOutLimit)
  const options = { batchSize, sequenceLength, seed }
  return {
    train: languageModelBatches(tokenizer.encode(train), options),
    heldOut: languageModelBatches(heldOutIds, options),
    heldOutCharacters: tokenizer.decode(heldOutIds).length,
  }
}

async function eraData(
  { adaptation: { batchSize, sequenceLength, trainingPieces }, heldOutLimit }: ComparisonSettings,
  tokenizer: Tokenizer,
  seed: number,
  tuning: boolean,
): Promise<ComparisonData> {
  const pieces = await eraSplit(trainingPieces, heldOutLimit, tuning)
  const encode = (piece: EraPiece): EncodedExample => ({
    ...tokenizer.encodeForModel(piece.text, { maxLength: sequenceLength }),
    label: piece.label,
  })
  const options = { batchSize, seed, padToken: tokenizer.special.pad! }
  return {
    train: exampleBatches(pieces.train.map(encode), options),
    heldOut: exampleBatches(pieces.heldOut.map(encode), options),
  }
}

/** The pieces that an era comparison uses: a fixed sample of the training part, and of the part held out. */
export async function eraSplit(
  trainingPieces: number | undefined,
  heldOutLimit: number | undefined,
  tuning: boolean,
): Promise<{ train: EraPiece[]; heldOut: EraPiece[] }> {
  const all = eraParts(await loadSpeeches())
  // Tuning measures on pieces that no run trains on.
  const heldOut = tuning ? all.train.slice(-300) : all.heldOut
  return { train: all.train.slice(0, trainingPieces), heldOut: heldOut.slice(0, heldOutLimit) }
}
