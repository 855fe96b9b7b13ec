export { blockCirculant } from '@gyre/tensor'
export { type BcaConfig, bca } from './bca/bca.js'
export { type BlockSize, blockSizeAt } from './bca/block-size.js'
export { checkBlockSize, commonDivisors, fromDense, toDense } from './block-circulant-algebra.js'
