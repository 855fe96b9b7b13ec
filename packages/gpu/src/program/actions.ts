import type { Engine } from '../engine/engine.js'
import type { Pipeline } from '../engine/pipelines.js'
import type { Block } from './block.js'
import { fuseElementwise } from './fuse-elementwise.js'
import { stays, withoutDeadSteps } from './placement.js'
import { type Shader, shaderOf } from './shader.js'
import type { Copy, Step } from './step.js'

/** What a device does: a compiled kernel with its bindings, once they are known, or a copy. */
export type Action =
  | { readonly shader: Shader; readonly pipeline: Pipeline; group?: GPUBindGroup }
  | { readonly copy: Copy }

/** The steps that a device runs: those that somebody needs, with elementwise calls in kernels. */
export function fusedSteps(
  recorded: readonly Step[],
  isKept: (block: Block) => boolean,
  { maxStorageBuffersPerShaderStage }: GPUSupportedLimits,
): ReturnType<typeof fuseElementwise> {
  const steps = withoutDeadSteps(recorded, isKept)
  const found = stays(steps)
  const neededAfter = (block: Block, step: number) => isKept(block) || found.get(block)!.last > step
  return fuseElementwise(steps, neededAfter, maxStorageBuffersPerShaderStage)
}

/** The steps with their kernels compiled. */
export function actionsOf(steps: ReturnType<typeof fuseElementwise>, { pipelines }: Engine): Action[] {
  return steps.map((step) => {
    if (step.kind === 'copy') return { copy: step.copy }
    const shader = shaderOf(step.call)
    return { shader, pipeline: pipelines.get(shader) }
  })
}

/** Writes actions down as commands; kernels that follow each other share a pass. Bindings are made where they lack. */
export function encodeActions(
  actions: readonly Action[],
  encoder: GPUCommandEncoder,
  engine: Engine,
  bufferOf: (block: Block) => GPUBuffer,
  refused: GPUBuffer | undefined,
): void {
  let pass: GPUComputePassEncoder | undefined
  for (const action of actions) {
    if ('copy' in action) {
      pass?.end()
      pass = undefined
      const { from, to } = action.copy
      encoder.copyBufferToBuffer(bufferOf(from), 0, bufferOf(to), 0, from.bytes)
      continue
    }
    const { shader, pipeline } = action
    action.group ??= engine.bindGroup(shader, bufferOf, refused)
    pass ??= encoder.beginComputePass()
    pass.setPipeline(pipeline.pipeline)
    pass.setBindGroup(0, action.group)
    pass.dispatchWorkgroups(...shader.grid)
  }
  pass?.end()
}
