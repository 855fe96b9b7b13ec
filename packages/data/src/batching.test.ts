import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Batches, ignoredLabel, type TokenBatch } from './batching.js'
import { answerBatches, exampleBatches } from './padded-batches.js'
import { languageModelBatches, maskedLanguageModelBatches } from './text-windows.js'

const rowsOf = ({ inputIds, sequenceLength, batchSize }: TokenBatch): number[][] =>
  Array.from({ length: batchSize }, (_, row) =>
    Array.from(inputIds.subarray(row * sequenceLength, (row + 1) * sequenceLength)),
  )
const epochOf = (batches: Batches, epoch: number): TokenBatch[] =>
  Array.from({ length: batches.stepsPerEpoch }, (_, step) =>
    batches.batchAt(epoch * batches.stepsPerEpoch + step),
  )
/** Where a batch asks for a token: that token; elsewhere the input. */
const solved = (batch: TokenBatch): TokenBatch => ({
  ...batch,
  inputIds: batch.inputIds.map((id, i) => (batch.labels[i] === ignoredLabel ? id : batch.labels[i]!)),
})
/** Every token is its own position in the text. */
const textOf = (length: number): Int32Array => Int32Array.from({ length }, (_, index) => index)
const windowsOf = (starts: readonly number[], length: number): number[][] =>
  starts.map((start) => Array.from({ length }, (_, index) => start + index))
const byFirst = (a: readonly number[], b: readonly number[]): number => a[0]! - b[0]!

describe('languageModelBatches', () => {
  const options = { batchSize: 3, sequenceLength: 10, seed: 5 }

  it('cuts the text into contiguous windows that share one token, and gives each once per epoch', () => {
    const batches = languageModelBatches(textOf(98), options)
    for (const epoch of [0, 1]) {
      const windows = epochOf(batches, epoch).flatMap(rowsOf)
      expect(windows.toSorted(byFirst)).toEqual(windowsOf([0, 9, 18, 27, 36, 45, 54, 63, 72, 81], 10))
    }
  })

  it('labels tokens with themselves and counts those that are predicted', () => {
    const { inputIds, labels, labelCount, attentionMask } = languageModelBatches(textOf(98), options).batchAt(
      0,
    )
    expect(labels).toEqual(inputIds)
    expect(labelCount).toBe(3 * 9)
    expect(attentionMask).toBeUndefined()
  })

  it('has evaluation predict every token but the first exactly once, in the order of the text', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (sequenceLength, more, batchSize) => {
          const text = textOf(sequenceLength + more)
          const predicted: number[] = []
          let labelCount = 0
          for (const batch of languageModelBatches(text, { batchSize, sequenceLength, seed: 0 }).inOrder()) {
            labelCount += batch.labelCount
            for (const [row, window] of rowsOf({
              ...batch,
              inputIds: batch.labels as Int32Array,
            }).entries()) {
              const [start] = rowsOf(batch)[row]!
              expect(rowsOf(batch)[row]).toEqual(windowsOf([start!], sequenceLength)[0])
              predicted.push(...window.slice(1).filter((label) => label !== ignoredLabel))
            }
          }
          expect(predicted).toEqual(Array.from(text.subarray(1)))
          expect(labelCount).toBe(predicted.length)
        },
      ),
    )
  })

  it('refuses a text that is shorter than one window, and batches of no whole number of windows', () => {
    expect(() => languageModelBatches(textOf(9), options)).toThrow('9 tokens cut into 10 give no batch')
    expect(() => languageModelBatches(textOf(9), { ...options, sequenceLength: 1 })).toThrow('give no batch')
    expect(() => languageModelBatches(textOf(98), { ...options, batchSize: 1.5 })).toThrow(
      'a batch size is an integer from 1, not 1.5',
    )
  })
})

describe('maskedLanguageModelBatches', () => {
  const [bosToken, eosToken, maskToken] = [100_000, 100_001, 100_002]
  const options = {
    batchSize: 50,
    sequenceLength: 100,
    seed: 5,
    maskedShare: 0.3,
    maskToken,
    vocabSize: 20_000,
  }
  const text = textOf(19_700)
  const batches = maskedLanguageModelBatches(text, { ...options, bosToken, eosToken })

  it('stands every window between <s> and </s>, gives each once per epoch, and asks for its own tokens', () => {
    const starts = Array.from({ length: 201 }, (_, window) => window * 98)
    const windows = windowsOf(starts, 98).map((ids) => [bosToken, ...ids, eosToken])
    for (const epoch of [0, 1]) {
      const rows = epochOf(batches, epoch).map(solved).flatMap(rowsOf)
      expect(rows.toSorted((a, b) => a[1]! - b[1]!)).toEqual(windows)
    }
    expect([...batches.inOrder()].map(solved).flatMap(rowsOf)).toEqual(windows)
  })

  it('needs no tokens around a window', () => {
    const bare = maskedLanguageModelBatches(text, options)
    expect([...bare.inOrder()].map(solved).flatMap(rowsOf).flat()).toEqual(Array.from(text))
  })

  it('chooses the share that was asked for; masks 8 of 10 of these, keeps 1, and counts them', () => {
    let [chosen, masked, kept, counted] = [0, 0, 0, 0]
    for (const { inputIds, labels, labelCount } of epochOf(batches, 0)) {
      counted += labelCount
      for (let i = 0; i < labels.length; i++) {
        if (labels[i] === ignoredLabel) continue
        chosen++
        if (inputIds[i] === maskToken) masked++
        if (inputIds[i] === labels[i]) kept++
      }
    }
    expect(counted).toBe(chosen)
    // Four standard deviations of a binomial count, rounded up.
    expect(Math.abs(chosen / text.length - 0.3)).toBeLessThan(0.014)
    expect(Math.abs(masked / chosen - 0.8)).toBeLessThan(0.022)
    expect(Math.abs(kept / chosen - 0.1)).toBeLessThan(0.016)
  })

  it('guesses other tokens in every epoch and the same in every evaluation, whoever asks', () => {
    const guessed = (epoch: number): string =>
      String(
        epochOf(batches, epoch)
          .flatMap(({ labels }) => Array.from(labels))
          .filter((label) => label !== ignoredLabel)
          .toSorted((a, b) => a - b),
      )
    expect(guessed(0)).not.toBe(guessed(1))
    expect([...batches.inOrder()]).toEqual([...batches.inOrder()])
    const another = maskedLanguageModelBatches(text, { ...options, bosToken, eosToken })
    expect(another.batchAt(7)).toEqual(batches.batchAt(7))
  })
})

/** Texts of the given lengths; each is its own number, repeated, and its label is that number. */
const examplesOf = (lengths: readonly number[]) =>
  lengths.map((length, index) => ({ ids: new Int32Array(length).fill(index + 1), label: index + 1 }))

describe('exampleBatches', () => {
  const options = { batchSize: 4, seed: 1, padToken: 0 }

  it('gives every example exactly once per epoch, whatever their number and lengths', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(),
        fc.nat(5),
        (lengths, batchSize, seed, epoch) => {
          const batches = exampleBatches(examplesOf(lengths), { ...options, batchSize, seed })
          const labels = epochOf(batches, epoch).flatMap((batch) => Array.from(batch.labels))
          expect(labels.toSorted((a, b) => a - b)).toEqual(lengths.map((_, index) => index + 1))
        },
      ),
    )
  })

  it('pads at the right to the longest of the batch, and masks what is padded', () => {
    const [batch] = exampleBatches(examplesOf([2, 4, 1]), options).inOrder()
    expect(batch).toEqual({
      batchSize: 3,
      sequenceLength: 4,
      inputIds: Int32Array.of(1, 1, 0, 0, 2, 2, 2, 2, 3, 0, 0, 0),
      attentionMask: Int32Array.of(1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0),
      labels: Int32Array.of(1, 2, 3),
      labelCount: 3,
    })
  })

  it('pads further where it is told to', () => {
    const paddedLength = (longest: number): number => Math.min(7, Math.ceil(longest / 4) * 4)
    const lengthOf = (...lengths: readonly number[]): number =>
      exampleBatches(examplesOf(lengths), { ...options, paddedLength }).batchAt(0).sequenceLength
    expect([lengthOf(2, 3), lengthOf(4, 1), lengthOf(1, 5)]).toEqual([4, 4, 7])
    const [batch] = exampleBatches(examplesOf([2, 1]), { ...options, paddedLength }).inOrder()
    expect(batch).toMatchObject({
      inputIds: Int32Array.of(1, 1, 0, 0, 2, 0, 0, 0),
      attentionMask: Int32Array.of(1, 1, 0, 0, 1, 0, 0, 0),
    })
  })

  it('depends on seed and step only: asked in any order, by a new instance or twice, a step is the same', () => {
    const lengths = Array.from({ length: 50 }, (_, index) => 1 + ((index * 7) % 13))
    const forward = exampleBatches(examplesOf(lengths), options)
    const steps = Array.from({ length: 3 * forward.stepsPerEpoch }, (_, step) => step)
    const inTurn = steps.map((step) => forward.batchAt(step))
    const resumed = exampleBatches(examplesOf(lengths), options)
    for (const step of steps.toReversed()) expect(resumed.batchAt(step)).toEqual(inTurn[step])
    expect(forward.batchAt(0)).toEqual(inTurn[0])
  })

  it('orders every epoch, and every seed, differently', () => {
    const examples = examplesOf(Array.from({ length: 40 }, () => 3))
    const order = (seed: number, epoch: number) =>
      epochOf(exampleBatches(examples, { ...options, seed }), epoch).flatMap(({ labels }) =>
        Array.from(labels),
      )
    const orders = [order(1, 0), order(1, 1), order(2, 0)].map(String)
    expect(new Set(orders).size).toBe(3)
  })

  it('pads less than a third of what an order without regard to length would', () => {
    const lengths = Array.from({ length: 512 }, (_, index) => 1 + ((index * 37) % 64))
    const padding = (batches: Iterable<TokenBatch>): number => {
      let count = 0
      for (const { attentionMask } of batches) count += attentionMask!.filter((bit) => bit === 0).length
      return count
    }
    const batches = exampleBatches(examplesOf(lengths), { ...options, batchSize: 8 })
    expect(padding(epochOf(batches, 0))).toBeLessThan(padding(batches.inOrder()) / 3)
  })

  it('keeps scores as they are', () => {
    const scored = [{ ids: Int32Array.of(1), label: 2.5 }]
    expect(exampleBatches(scored, { ...options, scores: true }).batchAt(0).labels).toEqual(
      Float32Array.of(2.5),
    )
  })

  it('refuses to make batches of nothing', () => {
    expect(() => exampleBatches([], options)).toThrow('0 examples give no batch')
  })
})

describe('answerBatches', () => {
  it('labels the tokens of answers alone, and counts them', () => {
    const examples = [
      { ids: Int32Array.of(5, 6, 7, 8), answerStart: 2 },
      { ids: Int32Array.of(9, 4, 3), answerStart: 0 },
    ]
    const [batch] = [...answerBatches(examples, { batchSize: 2, seed: 0, padToken: 0 }).inOrder()]
    const x = ignoredLabel
    expect([...batch!.inputIds]).toEqual([5, 6, 7, 8, 9, 4, 3, 0])
    // Nothing is before the first token that could predict it.
    expect([...batch!.labels]).toEqual([x, x, 7, 8, x, 4, 3, x])
    expect([...batch!.attentionMask!]).toEqual([1, 1, 1, 1, 1, 1, 1, 0])
    expect(batch!.labelCount).toBe(4)
    expect(batch!.tokenTypeIds).toBeUndefined()
  })
})

describe('token types', () => {
  it('stand in every batch when one example has two texts that are told apart, and in none otherwise', () => {
    const one = { ids: Int32Array.of(1, 2), tokenTypeIds: Int32Array.of(0, 0), label: 0 }
    const two = { ids: Int32Array.of(1, 2, 3), tokenTypeIds: Int32Array.of(0, 0, 1), label: 1 }
    const typesOf = (examples: readonly (typeof one)[]) =>
      [...exampleBatches(examples, { batchSize: 1, seed: 0, padToken: 0 }).inOrder()].map(
        ({ tokenTypeIds }) => tokenTypeIds && [...tokenTypeIds],
      )
    expect(typesOf([one, two])).toEqual([
      [0, 0],
      [0, 0, 1],
    ])
    expect(typesOf([one])).toEqual([undefined])
  })
})
