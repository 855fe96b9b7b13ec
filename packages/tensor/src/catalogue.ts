import { addOp } from './ops/add.js'
import { broadcastToOp } from './ops/broadcast-to.js'
import { conjOp } from './ops/conj.js'
import { expOp } from './ops/exp.js'
import { layerNormOp } from './ops/layer-norm.js'
import { layerNormBackwardOp } from './ops/layer-norm-backward.js'
import { matmulOp } from './ops/matmul.js'
import { mulOp } from './ops/mul.js'
import { negOp } from './ops/neg.js'
import { reshapeOp } from './ops/reshape.js'
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
  exp: expOp,
  layerNorm: layerNormOp,
  layerNormBackward: layerNormBackwardOp,
  matmul: matmulOp,
  mul: mulOp,
  neg: negOp,
  reshape: reshapeOp,
  rsqrt: rsqrtOp,
  sub: subOp,
  sum: sumOp,
} as const
