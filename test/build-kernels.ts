import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Before all tests: the WebAssembly kernels, when their sources have changed. */
export default function buildKernels(): void {
  const script = fileURLToPath(new URL('../packages/wasm/kernels/build.mjs', import.meta.url))
  execFileSync(process.execPath, [script], { stdio: 'inherit' })
}
