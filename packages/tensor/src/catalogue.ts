import { addOp } from './ops/add.js'
import { broadcastToOp } from './ops/broadcast-to.js'
import { conjOp } from './ops/conj.js'
import { cumsumOp } from './ops/cumsum.js'
import { dropoutOp } from './ops/dropout.js'
import { embeddingOp } from './ops/embedding.js'
import { embeddingBackwardOp } from './ops/embedding-backward.js'
import { expOp } from './ops/exp.js'
import { layerNormOp } from './ops/layer-norm.js'
import { layerNormBackwardOp } from './ops/layer-norm-backward.js'
import { linearOp } from './ops/linear.js'
import { matmulOp } from './ops/matmul.js'
import { mulOp } from './ops/mul.js'
import { negOp } from './ops/neg.js'
import { reshapeOp } from './ops/reshape.js'
import { rmsNormOp } from './ops/rms-norm.js'
import { rmsNormBackwardOp } from './ops/rms-norm-backward.js'
import { rsqrtOp } from './ops/rsqrt.js'
import { subOp } from './ops/sub.js'
import { sumOp } from './ops/sum.js'

/**
 * Every op that a backend answers for: a kernel table `satisfies KernelTable<typeof ops>`. A new op is one file
 * and one line here. Tests, gradient checks and conformance checks are generated from this table.
 */
export const ops = {
  add: addOp,
  broadcastTo: broadcastToOp,
  conj: conjOp,
  dropout: dropoutOp,
  embedding: embeddingOp,
  embeddingBackward: embeddingBackwardOp,
  cumsum: cumsumOp,
  exp: expOp,
  layerNorm: layerNormOp,
  layerNormBackward: layerNormBackwardOp,
  linear: linearOp,
  matmul: matmulOp,
  mul: mulOp,
  neg: negOp,
  reshape: reshapeOp,
  rmsNorm: rmsNormOp,
  rmsNormBackward: rmsNormBackwardOp,
  rsqrt: rsqrtOp,
  sub: subOp,
  sum: sumOp,
} as const
