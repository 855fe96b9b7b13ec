import type { Suite } from '../suite.js'
import type { Case, Pass } from '../task.js'

/** The block-circulant layer for both a batch and a width that suit it. */
export const layerSuite: Suite = {
  name: 'layer',
  description: 'a block-circulant layer of n × n on some rows, in blocks of p',
  cases({ quick }) {
    const sizes = quick
      ? [{ rows: 512, n: 512, blockSizes: [64, 512] }]
      : [
          { rows: 512, n: 512, blockSizes: [64, 128, 256, 512] },
          { rows: 1024, n: 768, blockSizes: [96, 192, 256, 384, 768] },
        ]
    return sizes.flatMap(({ rows, n, blockSizes }) =>
      (['forward', 'forward+backward'] as const).flatMap((pass) =>
        blockSizes.map((p) => layer(rows, n, p, pass)),
      ),
    )
  },
}

function layer(rows: number, n: number, p: number, pass: Pass): Case {
  const name = `${rows}×${n}/p=${p}/${pass}`
  return { name, task: { kind: 'blockCirculant', rows, n, p, pass }, tolerance: 1e-5 }
}
