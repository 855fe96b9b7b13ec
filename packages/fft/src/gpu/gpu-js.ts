import type { GpuContext } from './device.js'

/** What is used of gpu.js: its own declarations lack WebGPU's part, and every result that is a promise. */
export interface GpuJs {
  readonly GPU: new (settings: { readonly mode: GpuBackend }) => GpuJsInstance
  /** Numbers as an argument with two or three dimensions; kernels see `values[y][x]`. Width first. */
  readonly input: (values: Float32Array, size: readonly number[]) => unknown
  readonly WebGPUBufferResult: new (settings: {
    readonly buffer: GPUBuffer
    readonly output: readonly number[]
    readonly context: GpuContext
  }) => DeviceRows
  readonly WebGPUContext: {
    acquire(): Promise<GpuContext>
    destroy(): Promise<void>
  }
}

/** Where gpu.js runs kernels: `webgl2` in browsers only, `webgpu` where there is an adapter, the others everywhere. */
export type GpuBackend = 'webgpu' | 'webgl2' | 'webasm' | 'cpu'

export interface GpuJsInstance {
  createKernel(source: string, settings: KernelSettings): GpuJsKernel
  createPipeline(steps: (x: unknown) => unknown): GpuJsPipeline
}

export interface KernelSettings {
  readonly constants: { readonly [name: string]: number | Float32Array }
  readonly constantTypes: { readonly [name: string]: 'Float' | 'Array' }
  readonly precision: 'single'
  /** WebGL's: all numbers in full precision, whatever the size of a result; gpu.js fails to change its mind later. */
  readonly tactic: 'precision'
  /** Results stay on the device … */
  readonly pipeline: true
  /** … each in memory of its own, so that a later call leaves it alone. */
  readonly immutable: true
  readonly dynamicOutput: true
  readonly dynamicArguments: true
  /** Where a loop ends that has no end that gpu.js can read; it would be 1000. */
  readonly loopMaxIterations: number
}

export interface GpuJsKernel {
  (...args: readonly unknown[]): KernelResult | Promise<KernelResult>
  setOutput(size: readonly number[]): void
  destroy(): void
  /** The kernel that ran: gpu.js replaces one that its backend cannot run by one on the CPU. */
  readonly kernel: {
    readonly constructor: { readonly mode: string }
    readonly fallbackReason: string | null
    buffer: unknown
  }
}

export interface GpuJsPipeline {
  (x: unknown): Promise<readonly Float32Array[]>
  readonly executorKind: string
  readonly fallbackReason: string | null
  destroy(): Promise<void>
}

/** gpu.js's handle: a buffer of WebGPU or a texture of WebGL. Clones share its memory, which ends with the last. */
export interface DeviceRows {
  /** WebGPU's only. */
  readonly buffer?: GPUBuffer
  output: readonly number[]
  /** WebGL's only: the same. */
  dimensions?: readonly number[]
  toArray(): readonly (readonly Float32Array[])[]
  clone(): DeviceRows
  delete(): void
}

export type KernelResult = readonly Float32Array[] | DeviceRows

let loading: Promise<GpuJs> | undefined

/** gpu.js, loaded when it is first needed: most of what a program does needs none. */
export function loadGpuJs(): Promise<GpuJs> {
  loading ??= import('gpu.js').then((module) => {
    // CommonJS: bundlers give its exports as the module, Node as the default as well.
    const exported = module as unknown as GpuJs & { readonly default?: GpuJs }
    return exported.GPU === undefined ? exported.default! : exported
  })
  return loading
}
