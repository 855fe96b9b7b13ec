import { dec512, enc256, type ModelSpec } from '../models.js'
import type { Suite } from '../suite.js'
import type { Case, Pass } from '../task.js'
import { stepCase } from './step.js'

/** What is done on a GPU; small enough for one in software with `quick`. */
export const gpuSuite: Suite = {
  name: 'gpu',
  description: 'transforms, products, block-circulant layers and training steps on a GPU',
  onGpu: true,
  cases: ({ quick }) => (quick ? smallCases() : largeCases()),
}

function largeCases(): Case[] {
  const inARow = 20
  return [
    ...[256, 1024, 4096].map((n) => rfft(4096, n, inARow)),
    rfft(256, 16384, inARow),
    ...[1024, 2048, 4096].map((n) => sgemm(n, inARow)),
    ...[128, 1024].flatMap((p) => layers(4096, 1024, p, inARow)),
    ...[enc256, dec512].flatMap((model) => steps(model, model.hidden)),
  ]
}

function smallCases(): Case[] {
  const inARow = 4
  return [
    rfft(64, 256, inARow),
    rfft(16, 1024, inARow),
    sgemm(128, inARow),
    ...layers(64, 256, 64, inARow),
    ...[shrunk(enc256), shrunk(dec512)].flatMap((model) => steps(model, 32)),
  ]
}

/** The same kind of model with a thousandth of the work. */
function shrunk(model: ModelSpec): ModelSpec {
  const { architecture } = model
  return {
    ...model,
    name: architecture === 'encoder' ? 'enc64' : 'dec64',
    vocabulary: 512,
    hidden: 64,
    layers: 1,
    heads: 2,
    intermediate: 128,
    batch: 2,
    length: 32,
  }
}

/** 2.5 n log₂ n operations are counted for each row, whatever the algorithm does. */
function rfft(rows: number, n: number, inARow: number): Case {
  return {
    name: `rfft ${rows}×${n}`,
    task: { kind: 'rfft', rows, n },
    flops: rows * 2.5 * n * Math.log2(n),
    bytes: 4 * rows * (n + n + 2),
    tolerance: transformTolerance,
    inARow,
  }
}

function sgemm(n: number, inARow: number): Case {
  return {
    name: `sgemm ${n}³`,
    task: { kind: 'sgemm', m: n, n, k: n, transposeA: false, transposeB: false },
    flops: 2 * n ** 3,
    bytes: 3 * 4 * n ** 2,
    tolerance,
    inARow,
  }
}

function layers(rows: number, n: number, p: number, inARow: number): Case[] {
  const activations = 4 * rows * n
  const blocks = (4 * n * n) / p
  const bytes: { readonly [pass in Pass]: number } = {
    forward: 2 * activations + blocks,
    'forward+backward': 4 * activations + 2 * blocks,
  }
  return (['forward', 'forward+backward'] as const).map((pass) => ({
    name: `layer ${rows}×${n}/p=${p}/${pass}`,
    task: { kind: 'blockCirculant', rows, n, p, pass },
    bytes: bytes[pass],
    tolerance,
    inARow,
  }))
}

/** Reading the loss is a step's one wait. */
function steps(model: ModelSpec, p: number): Case[] {
  return [stepCase(model, 'full'), stepCase(model, { adapter: 'bca', p })].map((each) => ({
    ...each,
    tolerance: lossTolerance,
  }))
}

/** Devices have sines, exponentials and divisions of their own, good to some units in the last place. */
const tolerance = 1e-4
/** Peers take sines within their kernels, which SwiftShader makes to 10⁻⁴. */
const transformTolerance = 1e-3
const lossTolerance = 1e-3
