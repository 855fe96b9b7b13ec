import { type KernelTable, type ops, reasonsIn, type UseReference } from '@gyre/tensor'
import type { AnyGpuKernel } from './kernel.js'
import { adamwKernels } from './lowerings/adamw.js'
import { attentionKernels } from './lowerings/attention.js'
import { blockCirculantKernels } from './lowerings/block-circulant.js'
import { complexKernels } from './lowerings/complex.js'
import { crossEntropyKernels } from './lowerings/cross-entropy.js'
import { dropoutKernels } from './lowerings/dropout.js'
import { elementwiseKernels } from './lowerings/elementwise.js'
import { embeddingKernels } from './lowerings/embedding.js'
import { fourierKernels } from './lowerings/fourier.js'
import { matmulKernels } from './lowerings/matmul.js'
import { normalizationKernels } from './lowerings/normalization.js'
import { reductionsKernels } from './lowerings/reductions.js'
import { rotaryEmbeddingKernels } from './lowerings/rotary-embedding.js'
import { shapeOpsKernels } from './lowerings/shape-ops.js'
import { softmaxKernels } from './lowerings/softmax.js'

/** This backend's answer to every op of the catalogue: leaving one out does not compile. */
export const kernelTable: { readonly [Name in keyof typeof ops]: AnyGpuKernel | UseReference } = {
  ...adamwKernels,
  ...attentionKernels,
  ...blockCirculantKernels,
  ...complexKernels,
  ...crossEntropyKernels,
  ...dropoutKernels,
  ...elementwiseKernels,
  ...embeddingKernels,
  ...fourierKernels,
  ...matmulKernels,
  ...normalizationKernels,
  ...reductionsKernels,
  ...rotaryEmbeddingKernels,
  ...shapeOpsKernels,
  ...softmaxKernels,
} satisfies KernelTable<typeof ops, AnyGpuKernel>

/** The ops that run as their compositions, or not at all, with why. */
export function compositionReasons(): Map<string, string> {
  return reasonsIn(kernelTable)
}
