import type { Direction } from './unrolled-transform.js'
import { complexProduct, spreadOf, workgroupFft } from './workgroup-fft.js'

export interface FftShaderOptions {
  /** A power of two, from 2 on. */
  readonly n: number
  readonly kind: 'complex' | 'real'
  readonly direction: Direction
}

/** A compute shader that transforms a batch of rows: a workgroup takes one row, or several short ones. */
export interface FftShader {
  readonly code: string
  readonly entryPoint: 'main'
  /** Of group 0: storage buffers with float32 rows, and the n roots that `unitRoots(n)` makes. */
  readonly bindings: { readonly input: 0; readonly output: 1; readonly roots: 2 }
  readonly rowsPerWorkgroup: number
  /** Bytes of workgroup memory; the device's `maxComputeWorkgroupStorageSize` must allow them. */
  readonly workgroupStorage: number
  /** What `dispatchWorkgroups` takes for this many rows. */
  workgroups(batch: number): readonly [number, number]
}

/** Fewer threads than this leave a part of a device's units idle: they run 32 or 64 in step. */
const fewestThreads = 64

/** More workgroups than this a device need not take in one dimension. */
const mostWorkgroups = 65535

/**
 * The text of a batched transform, with conventions as `FftPlan` has them: complex rows of n to rows of n, real rows of
 * n to n/2 + 1 complex numbers and back, the inverse scaled by 1/n.
 */
export function fftShader({ n, kind, direction }: FftShaderOptions): FftShader {
  const fft = workgroupFft({ n, kind, direction, roots: 'roots', memory: 'memory' })
  const { points, pointsPerThread, threadsPerRow } = fft
  const rowsPerWorkgroup = rowsOf(threadsPerRow)
  const inputIsSpectrum = kind === 'real' && direction === 'inverse'
  const outputIsSpectrum = kind === 'real' && direction === 'forward'
  const inputPoints = inputIsSpectrum ? points + 1 : points
  const outputPoints = outputIsSpectrum ? points + 1 : points
  const eachPoint = (line: string) => `for (var i = 0u; i < ${pointsPerThread}u; i++) {
      ${line}
    }`
  const load = [eachPoint(`values[i] = x[input + i * ${threadsPerRow}u];`)]
  const store = [eachPoint(`X[output + i * ${threadsPerRow}u] = values[i];`)]
  // The spectrum's two real numbers, packed as one in registers, are two numbers in memory: see workgroupFft.
  if (inputIsSpectrum) load.push(`if (thread == 0u) { values[0].y = x[input + ${points}u].x; }`)
  if (outputIsSpectrum) {
    store.push(
      'if (thread == 0u) {',
      '  X[output] = vec2f(values[0].x, 0.0);',
      `  X[output + ${points}u] = vec2f(values[0].y, 0.0);`,
      '}',
    )
  }
  const code = `@group(0) @binding(0) var<storage, read> x: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> X: array<vec2f>;
@group(0) @binding(2) var<storage, read> roots: array<vec2f>;
var<workgroup> memory: array<vec2f, ${rowsPerWorkgroup * points}>;

${complexProduct}

${fft.code}

@compute @workgroup_size(${rowsPerWorkgroup * threadsPerRow})
fn main(
  @builtin(local_invocation_index) index: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let thread = index % ${threadsPerRow}u;
  let slot = index / ${threadsPerRow}u;
  let row = (group.y * groups.x + group.x) * ${rowsPerWorkgroup}u + slot;
  let isInside = row < arrayLength(&x) / ${inputPoints}u;
  let input = row * ${inputPoints}u + thread;
  let output = row * ${outputPoints}u + thread;
  var values: array<vec2f, ${pointsPerThread}>;
  if (isInside) {
    ${load.join('\n    ')}
  }
  values = ${fft.name}(values, thread, slot * ${points}u);
  if (isInside) {
    ${store.join('\n    ')}
  }
}
`
  return {
    code,
    entryPoint: 'main',
    bindings: { input: 0, output: 1, roots: 2 },
    rowsPerWorkgroup,
    workgroupStorage: workgroupStorageOf(n, kind),
    workgroups(batch) {
      const count = Math.ceil(batch / rowsPerWorkgroup)
      const y = Math.ceil(count / mostWorkgroups)
      return [Math.ceil(count / y), y]
    },
  }
}

/** Bytes of workgroup memory that `fftShader` takes. */
export function workgroupStorageOf(n: number, kind: 'complex' | 'real'): number {
  const { points, threadsPerRow } = spreadOf(n, kind)
  return 8 * points * rowsOf(threadsPerRow)
}

function rowsOf(threadsPerRow: number): number {
  return Math.max(1, fewestThreads / threadsPerRow)
}
