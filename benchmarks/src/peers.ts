import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The part of fft.js that is measured. https://github.com/indutny/fft.js */
export interface FftJs {
  createComplexArray(): number[]
  /** Writes bins 0 … n/2, interleaved, into `out` of 2n numbers. */
  realTransform(out: number[], data: ArrayLike<number>): void
}

/** fft.js, brought by npm into benchmarks/peers when it is not there yet. */
export function loadFftJs(): new (n: number) => FftJs {
  return loadPeer('fft.js') as new (
    n: number,
  ) => FftJs
}

function loadPeer(name: string): unknown {
  const folder = fileURLToPath(new URL('../peers/', import.meta.url))
  if (!existsSync(`${folder}node_modules/${name}`)) {
    process.stderr.write('installing the peers in benchmarks/peers\n')
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    })
    if (status !== 0) throw new Error(`npm could not install ${name} in benchmarks/peers`)
  }
  return createRequire(`${folder}package.json`)(name)
}
