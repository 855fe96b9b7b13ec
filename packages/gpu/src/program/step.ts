import type { Block } from './block.js'

/** WGSL's type of a buffer's elements. */
export type ElementType = 'f32' | 'i32' | 'u32' | 'atomic<u32>' | 'vec2<f32>' | 'vec4<f32>' | 'vec4<u32>'

export interface Binding {
  readonly block: Block
  readonly type: ElementType
}

/**
 * One run of a kernel in WGSL. Equal texts are one pipeline, and a pipeline may take a second to make: a large kernel
 * leaves the sizes of its tensors out of its text, and is given them.
 */
export interface Dispatch {
  /** What it is called where errors and profiles name it. */
  readonly name: string
  /** Buffers under the names that the text has for them. */
  readonly reads: { readonly [name: string]: Binding }
  /** Buffers that are written, and may be read. */
  readonly writes: { readonly [name: string]: Binding }
  /** Whole numbers that the text knows as `sizes.NAME`, of type u32. */
  readonly sizes?: { readonly [name: string]: number }
  /** How many workgroups run; a number is a row of them that may be longer than the device's longest. */
  readonly workgroups: number | readonly [x: number, y: number, z: number]
  readonly workgroupSize: number | readonly [x: number, y: number, z: number]
  /** Functions, constants, and memory of a workgroup. */
  readonly declarations?: string
  /**
   * The body of a kernel. It knows `group` (the workgroup's place, vec3<u32>), `flat_group` (its number), `lane` (the
   * invocation's number in the workgroup) and `local` (its place there, vec3<u32>).
   */
  readonly body: string
  /** The number of a guard (`Lowering.guard`), if it may call `refuse(position, value)`. */
  readonly guard?: number
  readonly epilogue?: Epilogue
}

/**
 * Lets elementwise calls that follow a kernel become its end. The kernel makes every element of one of its writes once,
 * an f32, and stores it as `finish(value, i)`, where i is its place among them all.
 */
export interface Epilogue {
  /** The write's name. */
  readonly output: string
  readonly count: number
}

/** An input of an elementwise call. */
export interface ElementwiseInput extends Binding {
  /** The element that element `i` needs; default `i` itself. */
  readonly at?: (i: string) => string
}

/** `output[i] = value(inputs…)` for each i below `count`. */
export interface ElementwiseCall {
  readonly name: string
  readonly count: number
  readonly inputs: { readonly [name: string]: ElementwiseInput }
  readonly output: Binding
  /** The value, given a name for each input's element, and for i. */
  readonly value: (inputs: { readonly [name: string]: string }, i: string) => string
  /** Functions that the value calls. */
  readonly declarations?: readonly string[]
}

export interface Copy {
  readonly from: Block
  readonly to: Block
}

/** What a program does, one after the other. */
export type Step =
  | { readonly kind: 'dispatch'; readonly call: Dispatch }
  | { readonly kind: 'elementwise'; readonly call: ElementwiseCall }
  | { readonly kind: 'copy'; readonly copy: Copy }

/** The memory that a step reads and the memory that it writes, which it may read too. */
export function blocksOf(step: Step): {
  readonly reads: readonly Block[]
  readonly writes: readonly Block[]
} {
  switch (step.kind) {
    case 'copy':
      return { reads: [step.copy.from], writes: [step.copy.to] }
    case 'dispatch':
      return { reads: blocks(step.call.reads), writes: blocks(step.call.writes) }
    case 'elementwise':
      return { reads: blocks(step.call.inputs), writes: [step.call.output.block] }
  }
}

function blocks(bindings: { readonly [name: string]: Binding }): Block[] {
  return Object.values(bindings).map(({ block }) => block)
}
