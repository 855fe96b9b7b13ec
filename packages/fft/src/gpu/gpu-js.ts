import type { GpuContext } from './device.js'

/** What is used of gpu.js; its own declarations lack WebGPU's part. */
export interface GpuJs {
  readonly GPU: typeof import('gpu.js').GPU
  readonly WebGPUContext: {
    acquire(): Promise<GpuContext>
    destroy(): Promise<void>
  }
}

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
