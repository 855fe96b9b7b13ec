import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { type Backend, type Storage, type StoredTensor, setBackend } from './backend.js'
import { ops } from './catalogue.js'
import { dispatch, tensorsOf } from './interpreter.js'
import { jsBackend } from './js-backend.js'
import type { AnyOp, Inputs, Op, Options, Results, SpecRecord, TensorRecord } from './op.js'
import { SampleSource } from './samples.js'
import type { TensorSpec } from './tensor.js'

// Everything here is generated from the catalogue: a new op is tested by its own samples and needs no line here.

const catalogue: [string, AnyOp][] = Object.entries(ops as unknown as Record<string, AnyOp>)
const samplesOf = (op: AnyOp, dtype: 'float32' | 'float64') => op.samples(new SampleSource(7, dtype))
const run = (op: AnyOp, inputs: TensorRecord, options: Options): TensorRecord =>
  dispatch(op as unknown as Op<Inputs, Options, Results>, inputs as Inputs, options)

/** Results and their names, a list's entries one by one. */
function flatten(record: TensorRecord) {
  return Object.entries(record).flatMap(([name, value]) =>
    tensorsOf(value).map((tensor, i) => ({ name, label: `${name}[${i}]`, tensor })),
  )
}

function flattenSpecs(record: SpecRecord): TensorSpec[] {
  return Object.values(record).flatMap((value) => (Array.isArray(value) ? value : [value as TensorSpec]))
}

const spec = ({ shape, dtype }: TensorSpec) => ({ shape: [...shape], dtype })

/** Largest difference, relative to the largest expected magnitude. */
function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0
  let difference = 0
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!))
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!))
  }
  return difference / (largest || 1)
}

afterEach(() => setBackend(jsBackend))

describe.each(catalogue)('%s', (key, op) => {
  const samples = samplesOf(op, 'float64')

  test('is in the catalogue under its own name, with a sentence about it', () => {
    expect(op.name).toBe(key)
    expect(op.doc.summary).toMatch(/^\S.*\.$/s)
  })

  test('has samples with names of their own', () => {
    expect(samples.length).toBeGreaterThan(0)
    expect(new Set(samples.map(({ name }) => name)).size).toBe(samples.length)
  })

  describe.each(samples.map((sample, i) => [sample.name, sample, i] as const))('%s', (_name, sample, i) => {
    const results = run(op, sample.inputs, sample.options)
    const specs = op.shape(sample.inputs, sample.options)

    test('gives the shapes and dtypes that it announces', () => {
      expect(Object.keys(results)).toEqual(Object.keys(specs))
      const flat = flatten(results)
      expect(flat.map(({ tensor }) => spec(tensor))).toEqual(flattenSpecs(specs).map(spec))
      for (const { tensor, label } of flat) {
        const parts = tensor.dtype.startsWith('complex') ? 2 : 1
        expect(tensor.dataSync().length, label).toBe(tensor.size * parts)
      }
    })

    test('gives finite numbers', () => {
      for (const { tensor, label } of flatten(results)) {
        expect([...tensor.dataSync()].every(Number.isFinite), label).toBe(true)
      }
    })

    test('agrees with itself in float32', () => {
      const single = samplesOf(op, 'float32')[i]!
      expect(single.name).toBe(sample.name)
      const narrow = flatten(run(op, single.inputs, single.options))
      for (const [n, { tensor, label }] of flatten(results).entries()) {
        expect(relativeDifference(narrow[n]!.tensor.dataSync(), tensor.dataSync()), label).toBeLessThan(5e-6)
      }
    })

    const { composition } = op
    if (composition)
      test('equals its composition', () => {
        const composed = composition(sample.inputs, sample.options)
        const needed = flatten(results).filter(({ name }) => !op.saved?.includes(name))
        expect(needed.length).toBeGreaterThan(0)
        const expected = new Map(flatten(composed).map(({ label, tensor }) => [label, tensor]))
        for (const { label, tensor } of needed) {
          const other = expected.get(label)
          expect(other && spec(other), label).toEqual(spec(tensor))
          expect(relativeDifference(tensor.dataSync(), other!.dataSync()), label).toBeLessThan(1e-11)
        }
      })

    test('costs a finite number of FLOPs and bytes', () => {
      const { flops, bytes = 0 } = op.cost(sample.inputs, sample.options, specs)
      for (const count of [flops, bytes]) {
        expect(Number.isFinite(count)).toBe(true)
        expect(count).toBeGreaterThanOrEqual(0)
      }
    })

    test('leaves its inputs as they were', () => {
      const before = flatten(sample.inputs).map(({ tensor }) => tensor.dataSync())
      run(op, sample.inputs, sample.options)
      expect(flatten(sample.inputs).map(({ tensor }) => tensor.dataSync())).toEqual(before)
    })

    const { view } = op
    if (view)
      test('shares the storage of the input that it views', () => {
        const read: Storage[] = []
        const spying: Backend = {
          ...jsBackend,
          readSync: (tensor) => {
            read.push(tensor.storage)
            return jsBackend.readSync!(tensor)
          },
        }
        setBackend(spying)
        const { inputs, options } = samplesOf(op, 'float64')[i]!
        const viewed = tensorsOf(inputs[view])[0]!
        const input = viewed.dataSync()
        const output = tensorsOf(run(op, inputs, options).output)[0]!.dataSync()
        expect(read[0]).toBe(read[1])
        expect(output).toEqual(input)
        // Its kernel, which eager execution never asks for, copies the same numbers.
        const { shape, dtype } = viewed
        const stored = { [view]: { shape, dtype, storage: jsBackend.store(viewed, input) } }
        const copied = jsBackend.run(op, stored, options, op.shape(inputs, options))
        expect(jsBackend.readSync!(copied.output as StoredTensor)).toEqual(input)
      })
  })
})

describe('the folder of ops', () => {
  const folder = new URL('./ops/', import.meta.url)
  const files = readdirSync(folder).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts',
  )
  const source = (file: string) => readFileSync(new URL(file, folder), 'utf8')

  test('defines no op outside the catalogue, and one a file', () => {
    const defined = files.flatMap((file) =>
      [...source(file).matchAll(/export const (\w+)Op = defineOp</g)].map(([, name]) => name!),
    )
    expect(defined.sort()).toEqual(Object.keys(ops).sort())
    const calls = files.map((file) => source(file).match(/\bdefineOp</g)?.length ?? 0)
    expect(Math.max(...calls)).toBe(1)
  })

  test('is exported whole', () => {
    const exported = [...source('index.ts').matchAll(/from '\.\/(.+)\.js'/g)].map(([, name]) => `${name}.ts`)
    expect(exported.sort()).toEqual(files.sort())
  })
})
