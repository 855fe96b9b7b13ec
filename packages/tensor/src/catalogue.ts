import { absOp } from './ops/abs.js'
import { adamwOp } from './ops/adamw.js'
import { addOp } from './ops/add.js'
import { argmaxOp } from './ops/argmax.js'
import { attentionOp } from './ops/attention.js'
import { attentionBackwardOp } from './ops/attention-backward.js'
import { blockCirculantOp } from './ops/block-circulant.js'
import { blockCirculantBackwardOp } from './ops/block-circulant-backward.js'
import { broadcastToOp } from './ops/broadcast-to.js'
import { castOp } from './ops/cast.js'
import { complexOp } from './ops/complex.js'
import { concatOp } from './ops/concat.js'
import { conjOp } from './ops/conj.js'
import { cosOp } from './ops/cos.js'
import { crossEntropyOp } from './ops/cross-entropy.js'
import { crossEntropyBackwardOp } from './ops/cross-entropy-backward.js'
import { cumsumOp } from './ops/cumsum.js'
import { divOp } from './ops/div.js'
import { dropoutOp } from './ops/dropout.js'
import { dynamicUpdateSliceOp } from './ops/dynamic-update-slice.js'
import { embeddingOp } from './ops/embedding.js'
import { embeddingBackwardOp } from './ops/embedding-backward.js'
import { equalOp } from './ops/equal.js'
import { erfOp } from './ops/erf.js'
import { expOp } from './ops/exp.js'
import { fftOp } from './ops/fft.js'
import { gatherOp } from './ops/gather.js'
import { geluOp } from './ops/gelu.js'
import { geluBackwardOp } from './ops/gelu-backward.js'
import { greaterOp } from './ops/greater.js'
import { greaterEqualOp } from './ops/greater-equal.js'
import { ifftOp } from './ops/ifft.js'
import { imagOp } from './ops/imag.js'
import { irfftOp } from './ops/irfft.js'
import { layerNormOp } from './ops/layer-norm.js'
import { layerNormBackwardOp } from './ops/layer-norm-backward.js'
import { lessOp } from './ops/less.js'
import { lessEqualOp } from './ops/less-equal.js'
import { linearOp } from './ops/linear.js'
import { logOp } from './ops/log.js'
import { logSoftmaxOp } from './ops/log-softmax.js'
import { logSoftmaxBackwardOp } from './ops/log-softmax-backward.js'
import { matmulOp } from './ops/matmul.js'
import { maxOp } from './ops/max.js'
import { maximumOp } from './ops/maximum.js'
import { minimumOp } from './ops/minimum.js'
import { mulOp } from './ops/mul.js'
import { negOp } from './ops/neg.js'
import { notEqualOp } from './ops/not-equal.js'
import { padOp } from './ops/pad.js'
import { realOp } from './ops/real.js'
import { reluOp } from './ops/relu.js'
import { reshapeOp } from './ops/reshape.js'
import { rfftOp } from './ops/rfft.js'
import { rmsNormOp } from './ops/rms-norm.js'
import { rmsNormBackwardOp } from './ops/rms-norm-backward.js'
import { rotaryEmbeddingOp } from './ops/rotary-embedding.js'
import { rsqrtOp } from './ops/rsqrt.js'
import { scatterAddOp } from './ops/scatter-add.js'
import { sigmoidOp } from './ops/sigmoid.js'
import { siluOp } from './ops/silu.js'
import { siluBackwardOp } from './ops/silu-backward.js'
import { sinOp } from './ops/sin.js'
import { sliceOp } from './ops/slice.js'
import { softmaxOp } from './ops/softmax.js'
import { softmaxBackwardOp } from './ops/softmax-backward.js'
import { sqrtOp } from './ops/sqrt.js'
import { stopGradientOp } from './ops/stop-gradient.js'
import { subOp } from './ops/sub.js'
import { sumOp } from './ops/sum.js'
import { tanhOp } from './ops/tanh.js'
import { transposeOp } from './ops/transpose.js'
import { whereOp } from './ops/where.js'

/**
 * Every op that a backend answers for: a kernel table `satisfies KernelTable<typeof ops>`. A new op is one file
 * and one line here. Tests, gradient checks and conformance checks are generated from this table.
 */
export const ops = {
  abs: absOp,
  adamw: adamwOp,
  add: addOp,
  argmax: argmaxOp,
  attention: attentionOp,
  attentionBackward: attentionBackwardOp,
  blockCirculant: blockCirculantOp,
  blockCirculantBackward: blockCirculantBackwardOp,
  broadcastTo: broadcastToOp,
  cast: castOp,
  complex: complexOp,
  concat: concatOp,
  conj: conjOp,
  cos: cosOp,
  crossEntropy: crossEntropyOp,
  crossEntropyBackward: crossEntropyBackwardOp,
  cumsum: cumsumOp,
  div: divOp,
  dropout: dropoutOp,
  dynamicUpdateSlice: dynamicUpdateSliceOp,
  embedding: embeddingOp,
  embeddingBackward: embeddingBackwardOp,
  equal: equalOp,
  erf: erfOp,
  exp: expOp,
  fft: fftOp,
  gather: gatherOp,
  gelu: geluOp,
  geluBackward: geluBackwardOp,
  greater: greaterOp,
  greaterEqual: greaterEqualOp,
  ifft: ifftOp,
  imag: imagOp,
  irfft: irfftOp,
  layerNorm: layerNormOp,
  layerNormBackward: layerNormBackwardOp,
  less: lessOp,
  lessEqual: lessEqualOp,
  linear: linearOp,
  log: logOp,
  logSoftmax: logSoftmaxOp,
  logSoftmaxBackward: logSoftmaxBackwardOp,
  matmul: matmulOp,
  max: maxOp,
  maximum: maximumOp,
  minimum: minimumOp,
  mul: mulOp,
  neg: negOp,
  notEqual: notEqualOp,
  pad: padOp,
  real: realOp,
  relu: reluOp,
  reshape: reshapeOp,
  rfft: rfftOp,
  rmsNorm: rmsNormOp,
  rmsNormBackward: rmsNormBackwardOp,
  rotaryEmbedding: rotaryEmbeddingOp,
  rsqrt: rsqrtOp,
  scatterAdd: scatterAddOp,
  sigmoid: sigmoidOp,
  silu: siluOp,
  siluBackward: siluBackwardOp,
  sin: sinOp,
  slice: sliceOp,
  softmax: softmaxOp,
  softmaxBackward: softmaxBackwardOp,
  sqrt: sqrtOp,
  stopGradient: stopGradientOp,
  sub: subOp,
  sum: sumOp,
  tanh: tanhOp,
  transpose: transposeOp,
  where: whereOp,
} as const
