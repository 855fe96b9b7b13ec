import { createGpuFft } from './create-gpu-fft.js'
import type { GpuArray } from './gpu-array.js'
import { GpuFft, type Transform } from './gpu-fft.js'
import { type KernelRunner, openRunner } from './kernel-runner.js'
import { unitRoots } from './unit-roots.js'
import { type FftShader, type FftShaderOptions, fftShader, workgroupStorageOf } from './wgsl/fft-shader.js'

const shaderOptions: { readonly [T in Transform]: Omit<FftShaderOptions, 'n'> } = {
  forward: { kind: 'complex', direction: 'forward' },
  inverse: { kind: 'complex', direction: 'inverse' },
  realForward: { kind: 'real', direction: 'forward' },
  realInverse: { kind: 'real', direction: 'inverse' },
}

/** A transform's shader, and what WebGPU made of it. */
interface Program {
  readonly shader: FftShader
  readonly pipeline: GPUComputePipeline
}

/**
 * The transforms of n in WGSL: a row's stages all run in workgroup memory, which gpu.js cannot express, so that rows
 * are read once and written once.
 */
class WgslFft extends GpuFft {
  readonly kernel: string
  readonly #programs = new Map<Transform, Promise<Program>>()
  readonly #roots: GPUBuffer

  constructor(
    n: number,
    runner: KernelRunner,
    /** For complex rows that are too long for the device's workgroup memory; real rows of n take half of it. */
    readonly complex: GpuFft | undefined,
  ) {
    super(n, runner)
    this.kernel = complex === undefined ? 'wgsl radix-2' : `wgsl radix-2, complex rows ${complex.kernel}`
    const roots = unitRoots(n)
    this.#roots = runner.createBuffer(roots.byteLength, roots)
  }

  protected async runOnDevice(transform: Transform, x: GpuArray, width: number): Promise<GpuArray> {
    const isComplex = transform === 'forward' || transform === 'inverse'
    if (isComplex && this.complex !== undefined) return this.complex[transform](x)
    const { shader, pipeline } = await this.#program(transform)
    const { device } = this.runner.context!
    const output = this.runner.createBuffer(4 * x.rows * width)
    const { bindings } = shader
    const bindGroup = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [
        { binding: bindings.input, resource: { buffer: x.buffer! } },
        { binding: bindings.output, resource: { buffer: output } },
        { binding: bindings.roots, resource: { buffer: this.#roots } },
      ],
    })
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, bindGroup)
    pass.dispatchWorkgroups(...shader.workgroups(x.rows))
    pass.end()
    device.queue.submit([encoder.finish()])
    return this.runner.adopt(output, { rows: x.rows, width })
  }

  #program(transform: Transform): Promise<Program> {
    let program = this.#programs.get(transform)
    if (program === undefined) {
      program = this.#compile({ n: this.n, ...shaderOptions[transform] })
      this.#programs.set(transform, program)
    }
    return program
  }

  async #compile(options: FftShaderOptions): Promise<Program> {
    const { device } = this.runner.context!
    const shader = fftShader(options)
    const module = device.createShaderModule({ code: shader.code })
    // Said in full, because rows of 8 or less read no roots and would have no place for them.
    const { input, output, roots } = shader.bindings
    const entries = [input, output, roots].map((binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: binding === output ? 'storage' : 'read-only-storage' } as const,
    }))
    const layout = device.createPipelineLayout({
      bindGroupLayouts: [device.createBindGroupLayout({ entries })],
    })
    const compute = { module, entryPoint: shader.entryPoint }
    return { shader, pipeline: await device.createComputePipelineAsync({ layout, compute }) }
  }

  async destroy(): Promise<void> {
    this.#roots.destroy()
    await this.complex?.destroy()
  }
}

/**
 * A plan for transforms of length n in WGSL, on WebGPU alone. Rows must fit in the device's workgroup memory: complex
 * rows of 2048 everywhere, of 4096 on most devices, real rows of twice that. Longer powers of two run as
 * `createGpuFft` runs them on WebGPU, and so do other lengths; `plan.kernel` says what runs.
 *
 * @throws FftLengthError, a RangeError, unless n is a whole number from 1 to 2^27; GpuUnavailableError without an adapter.
 */
export async function createWgslFft(n: number): Promise<GpuFft> {
  const general = await createGpuFft(n, { backend: 'webgpu' })
  const runner = await openRunner('webgpu')
  const memory = runner.context!.device.limits.maxComputeWorkgroupStorageSize
  const isPowerOfTwo = n >= 2 && Number.isInteger(Math.log2(n))
  if (!isPowerOfTwo || workgroupStorageOf(n, 'real') > memory) return general
  if (workgroupStorageOf(n, 'complex') > memory) return new WgslFft(n, runner, general)
  await general.destroy()
  return new WgslFft(n, runner, undefined)
}
