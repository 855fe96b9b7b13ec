import { describe, expect, it } from 'vitest'
import { relativeDifference } from '../benchmarks/src/agreement.js'
import { Answerer } from '../benchmarks/src/answer.js'
import { withGpuColumns } from '../benchmarks/src/gpu-columns.js'
import { hashedFloats, hashedIntegers, sampleOf } from '../benchmarks/src/inputs.js'
import { measure, quantile } from '../benchmarks/src/measure.js'
import { adapterParametersOf, type ModelSpec, parametersOf } from '../benchmarks/src/models.js'
import { parseOptions, suites } from '../benchmarks/src/options.js'
import { systemNames, takesPart } from '../benchmarks/src/participant.js'
import { prepareOperation } from '../benchmarks/src/systems/gyre-operations.js'
import { prepareStep } from '../benchmarks/src/systems/gyre-step.js'

describe('measure', () => {
  it('lets contestants take turns, and each of them begin', async () => {
    const calls: string[] = []
    const contestant = (name: string) => ({
      run: async ({ repetitions }: { repetitions: number }) => {
        calls.push(`${name}${repetitions}`)
        return { milliseconds: calls.length, cpuMilliseconds: 0 }
      },
    })
    const options = { rounds: 3, roundMilliseconds: 0, warmUpMilliseconds: 0, budgetMilliseconds: 0 }
    const times = await measure([contestant('a'), contestant('b')], options)
    // Both warm up first.
    expect(calls.join(' ')).toBe('a2 b2 a1 b1 b1 a1 a1 b1')
    expect(times.map((each) => each.map(({ milliseconds }) => milliseconds))).toEqual([
      [3, 6, 7],
      [4, 5, 8],
    ])
  })

  it('takes quantiles', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2)
    expect(quantile([5], 0.75)).toBe(5)
  })
})

describe('relativeDifference', () => {
  it('is small for rounding alone, and never passes for what is no number', () => {
    expect(relativeDifference([1, 2], [1, 2])).toBe(0)
    expect(relativeDifference([1, 2.000001], [1, 2])).toBeLessThan(1e-6)
    expect(relativeDifference([1, 2.1], [1, 2])).toBeGreaterThan(0.01)
    expect(relativeDifference([1, Number.NaN], [1, 2]) <= 1).toBe(false)
    expect(relativeDifference([1, 2, 3], [1, 2]) <= 1).toBe(false)
  })
})

describe('inputs', () => {
  it('are those that the peers make', () => {
    // Pinned: benchmarks/peers/pytorch_peer.py writes the same formula in another language.
    expect([...hashedFloats(1, 3)]).toEqual([-0.9844697713851929, 0.24463915824890137, -0.94045090675354])
    expect([...hashedIntegers(2, 5, 3, 100)]).toEqual([4, 28, 76, 7, 93])
  })

  it('are compared in samples that are spread over the whole', () => {
    expect(sampleOf([1, 2, 3])).toEqual([1, 2, 3])
    const sample = sampleOf(Float32Array.from({ length: 100_000 }, (_, i) => i))
    expect(sample).toHaveLength(4096)
    expect(sample.at(-1)).toBeGreaterThan(90_000)
  })
})

describe('options', () => {
  it('choose suites, systems and cases', () => {
    const options = parseOptions(['step', '--systems', 'pytorch,gyre', '--threads', '2', '--cases', 'full'])
    expect(options.suites.map(({ name }) => name)).toEqual(['step'])
    expect(options).toMatchObject({ systems: ['gyre', 'pytorch'], threads: [2], cases: ['full'] })
    expect(() => parseOptions(['fast'])).toThrow("unknown suite 'fast'; expected kernels, ")
    expect(() => parseOptions(['--systems', 'abacus'])).toThrow("unknown system 'abacus'; expected gyre, ")
    expect(() => parseOptions(['--rounds', '0'])).toThrow('--rounds: expected a whole number above 0')
  })

  it('find every case under a name of its own', () => {
    for (const { cases } of suites) {
      const names = cases({ quick: false }).map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    }
  })
})

describe('the work of gyre', () => {
  it('is a matrix product of the hashed inputs', async () => {
    const [m, n, k] = [2, 3, 4]
    const [a, b] = [hashedFloats(1, m * k), hashedFloats(2, k * n)]
    const expected = Array.from({ length: m * n }, (_, at) => {
      const [row, column] = [Math.floor(at / n), at % n]
      return Array.from({ length: k }, (_, i) => a[row * k + i]! * b[i * n + column]!).reduce((x, y) => x + y)
    })
    const sizes = { kind: 'sgemm', m, n, k, transposeA: false, transposeB: false } as const
    expect(relativeDifference(Array.from(await prepareOperation(sizes).check()), expected)).toBeLessThan(1e-6)
  })

  it.each(['encoder', 'decoder'] as const)(
    'is a step that starts near chance and learns: %s',
    async (architecture) => {
      const model: ModelSpec = {
        name: 'tiny',
        architecture,
        vocabulary: 32,
        hidden: 8,
        layers: 1,
        heads: 2,
        intermediate: 16,
        batch: 2,
        length: 8,
      }
      const parameters = parametersOf(model)
      for (const method of [
        'forward',
        'full',
        { adapter: 'lora', r: 2 },
        { adapter: 'bca', p: 4 },
      ] as const) {
        const adapterParameters = typeof method === 'string' ? [] : adapterParametersOf(model, method)
        const step = { kind: 'step', model, method, parameters, adapterParameters, trained: [] } as const
        const losses = Array.from(await prepareStep({ ...step, learningRate: 0.01 }).check())
        expect(losses[0]).toBeCloseTo(Math.log(architecture === 'encoder' ? 2 : 32), 1)
        expect(losses).toHaveLength(3)
      }
    },
  )
})

describe('the suite for a GPU', () => {
  const suite = suites.find(({ name }) => name === 'gpu')!
  const matmul = suite.cases({ quick: false }).find(({ name }) => name === 'sgemm 1024³')!
  const row = { suite: 'gpu', case: matmul.name, threads: 1, msMedian: 2, msMin: 1, gflops: 2_147 }
  const rows = [
    { ...row, system: 'gyre', msMin: 20 },
    { ...row, system: 'gyre-gpu' },
  ]

  it('runs only when it is named, with Gyre on the processor beside systems on a GPU', () => {
    expect(parseOptions([]).suites).not.toContain(suite)
    expect(parseOptions(['gpu']).suites).toEqual([suite])
    const taking = (name: string) =>
      systemNames.filter((system) => takesPart(system, suites.find((each) => each.name === name)!))
    expect(taking('gpu')).toEqual([
      'gyre',
      'gyre-gpu',
      'gyre-gpu-browser',
      'tfjs-webgpu',
      'jax-js-webgpu',
      'pytorch-cuda',
    ])
    expect(taking('step')).toContain('gyre')
    expect(taking('step')).not.toContain('gyre-gpu')
  })

  it('gives rates as shares of what a known adapter can do', () => {
    const named = (system: string) => (system === 'gyre' ? undefined : 'NVIDIA H100 80GB HBM3, nvidia')
    const [onProcessor, onGpu] = withGpuColumns(rows, matmul, named)
    // Three matrices of 1024² numbers in a millisecond.
    expect(onGpu!.gigabytesPerSecond).toBeCloseTo(12.58, 2)
    expect(onGpu!.shareOfBandwidth).toBeCloseTo(12.58 / 3350, 5)
    expect(onGpu!.shareOfFlops).toBeCloseTo(2_147 / 67_000, 5)
    expect(onProcessor).toMatchObject({ timesGyreGpu: 20 })
    expect(onProcessor).not.toHaveProperty('shareOfFlops')
  })

  it('gives no share for an adapter whose peak nobody told', () => {
    const [, onGpu] = withGpuColumns(rows, matmul, () => 'google, swiftshader')
    expect(onGpu).toHaveProperty('gigabytesPerSecond')
    expect(onGpu).not.toHaveProperty('shareOfBandwidth')
  })
})

describe('what a system answers', () => {
  const cases = [
    [2, 1, 2, 2],
    // Twice four runs in a row are at least five.
    [5, 4, 8, 2],
  ] as const
  it.each(cases)('at least %i runs, waited for after each %i', async (repetitions, inARow, runs, waits) => {
    const counts = { runs: 0, waits: 0 }
    const answerer = new Answerer({
      describe: () => 'counted',
      prepare: () => ({ run: () => void counts.runs++, check: () => [] }),
      finish: async () => void counts.waits++,
    })
    const task = { kind: 'rfft', rows: 1, n: 2 } as const
    expect(await answerer.answer({ call: 'prepare', task })).toMatchObject({ sample: [] })
    await answerer.answer({ call: 'run', repetitions, milliseconds: 0, inARow })
    expect(counts).toEqual({ runs, waits })
  })
})
