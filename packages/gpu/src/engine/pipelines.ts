import type { Shader } from '../program/shader.js'

export interface Pipeline {
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
}

/** Compiled kernels, one for each text. */
export class Pipelines {
  readonly #device: GPUDevice
  readonly #pipelines = new Map<string, Pipeline>()
  /** Layouts of bindings, by which of them are written: `rrw`. */
  readonly #layouts = new Map<string, GPUBindGroupLayout>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  get count(): number {
    return this.#pipelines.size
  }

  get(shader: Shader): Pipeline {
    const known = this.#pipelines.get(shader.text)
    if (known) return known
    const layout = this.#layoutOf(shader)
    const module = this.#device.createShaderModule({ label: shader.name, code: shader.text })
    const pipeline = this.#device.createComputePipeline({
      label: shader.name,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    })
    const made = { pipeline, layout }
    this.#pipelines.set(shader.text, made)
    return made
  }

  #layoutOf({ bindings, mayRefuse }: Shader): GPUBindGroupLayout {
    const kinds = bindings.map(({ writes }) => (writes ? 'w' : 'r')).join('') + (mayRefuse ? 'w' : '')
    const known = this.#layouts.get(kinds)
    if (known) return known
    const layout = this.#device.createBindGroupLayout({
      entries: [...kinds].map((kind, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: kind === 'w' ? 'storage' : 'read-only-storage' },
      })),
    })
    this.#layouts.set(kinds, layout)
    return layout
  }
}
