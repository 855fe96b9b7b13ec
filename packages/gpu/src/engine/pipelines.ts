import type { Shader } from '../program/shader.js'

export interface Pipeline {
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
}

const bindingTypes = { r: 'read-only-storage', w: 'storage', u: 'uniform' } as const

/** Compiled kernels, one for each text. */
export class Pipelines {
  readonly #device: GPUDevice
  readonly #pipelines = new Map<string, Pipeline>()
  /** Layouts of bindings, by what each is: `rrwu` for two that are read, one that is written, and the sizes. */
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

  #layoutOf({ bindings, mayRefuse, sizes }: Shader): GPUBindGroupLayout {
    const kinds = [
      ...bindings.map(({ writes }) => (writes ? 'w' : 'r')),
      mayRefuse ? 'w' : '',
      sizes.length > 0 ? 'u' : '',
    ].join('')
    const known = this.#layouts.get(kinds)
    if (known) return known
    const layout = this.#device.createBindGroupLayout({
      entries: [...kinds].map((kind, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: bindingTypes[kind as keyof typeof bindingTypes] },
      })),
    })
    this.#layouts.set(kinds, layout)
    return layout
  }
}
