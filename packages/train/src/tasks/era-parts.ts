import { type EraPiece, eraPieces, type Speech } from '@gyre/data'
import { Rng } from '@gyre/tensor'

/** The pieces of the task `era`, each part in a random order that is always the same. */
export function eraParts(speeches: readonly Speech[]): { train: EraPiece[]; heldOut: EraPiece[] } {
  const all = eraPieces(speeches)
  const shuffled = (pieces: readonly EraPiece[], label: string): EraPiece[] =>
    Array.from(new Rng(0).child(label).permutation(pieces.length), (index) => pieces[index]!)
  return { train: shuffled(all.train, 'train'), heldOut: shuffled(all.heldOut, 'held out') }
}
