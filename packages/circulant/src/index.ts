export { blockCirculant } from '@gyre/tensor'
export {
  type BlockSizeChoice,
  type BlockSizeScore,
  type BlockSizesByPath,
  capturedShare,
  checkBlockSizeBudget,
  chooseBlockSizes,
  type SiteChoice,
  type SiteGradient,
  smallestBlockCirculant,
} from './adaptive/choose-block-sizes.js'
export { gradientEnergy, kernelGradient } from './adaptive/gradient-energy.js'
export { chooseWithin, type KnapsackItem } from './adaptive/knapsack.js'
export { type BcaConfig, bca } from './bca/bca.js'
export {
  checkBlockSize,
  commonDivisors,
  fromDense,
  toDense,
  transposeBlocks,
} from './block-circulant-algebra.js'
export { type BlockSize, blockSizeAt } from './block-size.js'
export { type C3aConfig, c3a } from './c3a/c3a.js'
export { bcaToC3a, c3aToBca, type HeadTensors, needsHead } from './c3a/convert.js'
export { bcaKernel, c3aKernel } from './c3a/kernel.js'
export { type CdvftConfig, cdvft } from './cdvft/cdvft.js'
