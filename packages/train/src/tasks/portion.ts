import { Rng } from '@gyre/tensor'

/** Items to train on, and items to measure. */
export interface Parts<Item> {
  readonly train?: readonly Item[]
  readonly heldOut: readonly Item[]
}

/** How much of a task's data a run takes. Examples are counted, or tokens of a text. */
export interface Portion {
  /**
   * What is held out is left alone, and the last tenth of the training part takes its place: learning rates are
   * chosen there.
   */
  readonly tuning: boolean
  readonly trainingLimit?: number
  readonly heldOutLimit?: number
}

/** A portion of labelled examples. Both parts are drawn at random, always in the same way: a file may be sorted. */
export function takePortion<Item>({ train, heldOut }: Parts<Item>, portion: Portion): Parts<Item> {
  const { tuning, trainingLimit, heldOutLimit } = portion
  const drawn = (items: readonly Item[], label: string): Item[] =>
    Array.from(new Rng(0).child(label).permutation(items.length), (index) => items[index]!)
  const all = drawn(train ?? [], 'train')
  const last = Math.ceil(all.length / 10)
  const [training, measured] = tuning
    ? [all.slice(0, -last), all.slice(-last)]
    : [all, drawn(heldOut, 'held out')]
  return { train: training.slice(0, trainingLimit), heldOut: measured.slice(0, heldOutLimit) }
}
