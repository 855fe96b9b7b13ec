import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../peers/', import.meta.url))

/** Brings the npm packages of benchmarks/peers when one of them is not there yet; 300 MB. */
export function installPeers(packages: readonly string[]): void {
  if (packages.every((name) => existsSync(`${folder}node_modules/${name}`))) return
  process.stderr.write('installing the peers in benchmarks/peers\n')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('npm could not install the peers in benchmarks/peers')
}
