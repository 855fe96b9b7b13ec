import { afterAll, expect, it } from 'vitest'
import { noise } from '../../../test/noise.js'
import { withAdapter } from '../../../test/on-gpu-backends.js'
import { relativeError } from '../../../test/relative-error.js'
import { acquireGpu, complexProduct, createWgslFft, releaseGpu, unitRoots, workgroupFft } from '../index.js'

afterAll(releaseGpu)

withAdapter('a kernel built around workgroupFft', () => {
  /** Circular convolutions of rows x with rows c, in one workgroup: transform both, multiply, transform back. */
  function convolution(n: number, kind: 'complex' | 'real', rows: number): string {
    const names = { n, kind, roots: 'roots', memory: 'memory' }
    const forward = workgroupFft({ ...names, direction: 'forward' })
    const inverse = workgroupFft({ ...names, direction: 'inverse' })
    const { points, pointsPerThread: P, threadsPerRow: T } = forward
    // Of packed spectra, the first numbers are two real ones each.
    const first = kind === 'real' ? 'if (thread == 0u) { product = X[0] * C[0]; }' : ''
    return `@group(0) @binding(0) var<storage, read> x: array<vec2f>;
@group(0) @binding(1) var<storage, read> c: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec2f>;
@group(0) @binding(3) var<storage, read> roots: array<vec2f>;
var<workgroup> memory: array<vec2f, ${rows * points}>;
${complexProduct}
${forward.code}
${inverse.code}
@compute @workgroup_size(${rows * T})
fn main(@builtin(local_invocation_index) index: u32) {
  let thread = index % ${T}u;
  let base = index / ${T}u * ${points}u;
  var X: array<vec2f, ${P}>;
  var C: array<vec2f, ${P}>;
  for (var i = 0u; i < ${P}u; i++) {
    X[i] = x[base + thread + i * ${T}u];
    C[i] = c[base + thread + i * ${T}u];
  }
  X = ${forward.name}(X, thread, base);
  C = ${forward.name}(C, thread, base);
  for (var i = 0u; i < ${P}u; i++) {
    var product = complex_product(X[i], C[i]);
    if (i == 0u) { ${first} }
    X[i] = product;
  }
  X = ${inverse.name}(X, thread, base);
  for (var i = 0u; i < ${P}u; i++) {
    y[base + thread + i * ${T}u] = X[i];
  }
}`
  }

  it.each([
    [16, 'complex'],
    [256, 'complex'],
    [4, 'real'],
    [256, 'real'],
  ] as const)('convolves rows of %i %s numbers without leaving the workgroup', async (n, kind) => {
    const rows = 2
    const parts = kind === 'real' ? 1 : 2
    const x = noise(parts * n * rows, 1)
    const c = noise(parts * n * rows, 2)
    const expected = new Float64Array(x.length)
    for (let row = 0; row < rows; row++) {
      const at = (r: number) => parts * (row * n + (((r % n) + n) % n))
      for (let r = 0; r < n; r++) {
        for (let s = 0; s < n; s++) {
          const [a, b] = [at(s), at(r - s)]
          expected[at(r)]! += x[a]! * c[b]! - (parts === 2 ? x[a + 1]! * c[b + 1]! : 0)
          if (parts === 2) expected[at(r) + 1]! += x[a]! * c[b + 1]! + x[a + 1]! * c[b]!
        }
      }
    }

    const { device } = await acquireGpu()
    const plan = await createWgslFft(n) // it uploads and reads
    const [xRows, cRows, yRows, roots] = await Promise.all(
      [Float32Array.from(x), Float32Array.from(c), new Float32Array(x.length), unitRoots(n)].map((values) =>
        plan.upload(values),
      ),
    )
    const module = device.createShaderModule({ code: convolution(n, kind, rows) })
    const entries = ['read-only-storage', 'read-only-storage', 'storage', 'read-only-storage'] as const
    const bindGroupLayout = device.createBindGroupLayout({
      entries: entries.map((type, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type },
      })),
    })
    const pipeline = await device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] }),
      compute: { module, entryPoint: 'main' },
    })
    const bindGroup = device.createBindGroup({
      layout: bindGroupLayout,
      entries: [xRows!, cRows!, yRows!, roots!].map(({ buffer }, binding) => ({
        binding,
        resource: { buffer: buffer! },
      })),
    })
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, bindGroup)
    pass.dispatchWorkgroups(1)
    pass.end()
    device.queue.submit([encoder.finish()])
    expect(relativeError(await yRows!.read(), expected)).toBeLessThan(2e-6)
    await plan.destroy()
  })
})
