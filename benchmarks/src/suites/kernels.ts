import { enc256, parametersOf } from '../models.js'
import type { Suite } from '../suite.js'
import type { Case, Pass } from '../task.js'

const rows = 512

/** Single operations. */
export const kernelsSuite: Suite = {
  name: 'kernels',
  description: 'matrix products, real Fourier transforms, softmax, norms, cross-entropy, AdamW',
  cases({ quick }) {
    const lengths = quick ? [64, 512, 768] : [64, 128, 256, 512, 768, 1024, 2048, 4096]
    const passes: readonly Pass[] = quick ? ['forward+backward'] : ['forward', 'forward+backward']
    return [
      ...(quick ? [512] : [512, 1024]).flatMap((n) => [
        sgemm(n),
        ...(quick ? [] : [sgemm(n, { transposeB: true }), sgemm(n, { transposeA: true })]),
      ]),
      ...(quick ? [] : [sgemm(512, { transposeA: true, transposeB: true })]),
      ...lengths.map(rfft),
      ...passes.flatMap((pass): Case[] => [
        rowwise('softmax', 4096, 64, pass),
        rowwise('layerNorm', 1024, 256, pass),
        rowwise('crossEntropy', 1024, quick ? 1024 : 8192, pass),
      ]),
      adamw(),
    ]
  },
}

function sgemm(n: number, { transposeA = false, transposeB = false } = {}): Case {
  const flops = 2 * n ** 3
  return {
    name: `sgemm ${n}³${transposeA ? ', Aᵀ' : ''}${transposeB ? ', Bᵀ' : ''}`,
    task: { kind: 'sgemm', m: n, n, k: n, transposeA, transposeB },
    flops,
    matmulFlops: flops,
    tolerance: 1e-5,
  }
}

/** 2.5 n log₂ n operations are counted for each row, whatever the algorithm does. */
function rfft(n: number): Case {
  const flops = rows * 2.5 * n * Math.log2(n)
  return { name: `rfft ${n}`, task: { kind: 'rfft', rows, n }, flops, tolerance: 1e-5 }
}

function rowwise(
  kind: 'softmax' | 'layerNorm' | 'crossEntropy',
  rowCount: number,
  columns: number,
  pass: Pass,
): Case {
  const task = { kind, rows: rowCount, columns, pass }
  return { name: `${kind} ${rowCount}×${columns} ${pass}`, task, tolerance: 1e-5 }
}

function adamw(): Case {
  const sizes = parametersOf(enc256).map(({ shape }) => shape.reduce((size, dim) => size * dim, 1))
  return { name: 'adamw enc256', task: { kind: 'adamw', sizes }, tolerance: 1e-5 }
}
