import {
  AdapterError,
  booleanOption,
  defineMethod,
  fromPeftPattern,
  isPositiveInteger,
  type JsonObject,
  type Site,
} from '@gyre/adapters'
import { constant } from '@gyre/nn'
import { blockCirculant } from '@gyre/tensor'
import { toDense } from '../block-circulant-algebra.js'
import { blockCirculantFlops } from '../block-circulant-flops.js'
import { type BlockSize, blockSizeAt, blockSizeOption, blocksAt } from '../block-size.js'

export interface BcaConfig {
  readonly blockSize: BlockSize
  /** The paper's heuristic: the kernels learn at the learning rate divided by the block size. */
  readonly scaleLearningRate: boolean
}

/**
 * The block-circulant adapter: ΔW is block-circulant, block (i, j) given by its first column c[i][j]. Its
 * gradient sums over the p positions that share an entry, and grows with p; hence the learning rate α / p.
 *
 * @source Ding, Wang, Liao, Wang: Block Circulant Adapter for Large Language Models. arXiv 2505.00582, section 3.
 */
export const bca = /* @__PURE__ */ defineMethod<BcaConfig, 'kernel'>()({
  name: 'bca',
  peftType: 'BCA',
  paper: {
    title: 'Block Circulant Adapter for Large Language Models',
    source: 'arXiv 2505.00582',
    differences:
      'Any block size that divides both sides of a layer, rectangular layers, and sizes by target.',
  },
  options: {
    blockSize: blockSizeOption,
    scaleLearningRate: booleanOption({
      doc: "the paper's learning rate α / p",
      alias: 'scale',
      default: true,
    }),
  },
  check: ({ blockSize }, site) => {
    blockSizeAt(blockSize, site)
  },
  parameters: ({ blockSize }, site) => {
    const { q, k, p } = blocksAt(blockSize, site)
    return { kernel: { key: 'bca_kernel', shape: [q, k, p], initializer: constant(0) } }
  },
  delta: (_config, _site, { kernel }, x) => blockCirculant(x, kernel),
  deltaWeight: (_config, _site, { kernel }) => toDense(kernel),
  learningRateScale: ({ blockSize, scaleLearningRate }, site) =>
    scaleLearningRate ? 1 / blockSizeAt(blockSize, site) : 1,
  parameterCount: ({ blockSize }, site) =>
    (site.outFeatures * site.inFeatures) / blockSizeAt(blockSize, site),
  flops: ({ blockSize }, site, tokens) => blockCirculantFlops(blocksAt(blockSize, site), tokens),
  fresh: 'changes nothing',
  toPeft: ({ blockSize, scaleLearningRate }) => ({
    block_size: blockSize,
    scale_learning_rate: scaleLearningRate,
  }),
  fromPeft: (fields, sites) => ({
    blockSize: blockSizeOf(fields, sites),
    scaleLearningRate: fields.scale_learning_rate !== false,
  }),
})

/** BCA's own `block_size`, or a number with a pattern beside it, as in PEFT's files of C3A. */
function blockSizeOf(fields: JsonObject, sites: readonly Site[]): BlockSize {
  const value = fields.block_size
  if (typeof value === 'number' && isPositiveInteger(value)) {
    return fields.block_size_pattern === undefined
      ? value
      : fromPeftPattern(sites, value, fields, 'block_size_pattern', isPositiveInteger)
  }
  const isByTarget =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((size) => typeof size === 'number')
  if (isByTarget || (typeof value === 'string' && /^max:[1-9]\d*$/.test(value))) return value as BlockSize
  throw new AdapterError(
    `adapter_config.json: block_size should be a number, max:n or a number by target, not ${JSON.stringify(value)}`,
  )
}
