// Checked by `tsc -p .`: what the types of op definitions and kernel tables let through. Nothing here runs.
import {
  type defineOp,
  type Gradients,
  type Kernel,
  type KernelTable,
  notDifferentiable,
  type Op,
  ops,
  type Tensor,
  throughComposition,
  useReference,
} from '@gyre/tensor'
import { expectTypeOf } from 'vitest'

// The catalogue's keys are the ops' names, and its ops keep their own types.
expectTypeOf<'matmul' | 'layerNorm' | 'adamw'>().toExtend<keyof typeof ops>()
expectTypeOf(ops.matmul).toEqualTypeOf<
  Op<{ a: Tensor; b: Tensor }, { readonly transposeA?: boolean; readonly transposeB?: boolean }>
>()

// Every input needs a gradient, an optional one and a list too.
type Inputs = { x: Tensor; weight?: Tensor; list: readonly Tensor[] }
expectTypeOf<keyof Gradients<Inputs>>().toEqualTypeOf<'x' | 'weight' | 'list'>()
expectTypeOf<Required<Gradients<Inputs>>>().toEqualTypeOf<Gradients<Inputs>>()

// No field of an op may be left out, and the ways out of a derivative carry a reason.
type Definition = Parameters<ReturnType<typeof defineOp<{ x: Tensor }>>>[0]
type Fields = 'name' | 'doc' | 'shape' | 'reference' | 'vjp' | 'cost' | 'samples'
expectTypeOf<Required<Pick<Definition, Fields>>>().toEqualTypeOf<Pick<Definition, Fields>>()
expectTypeOf(notDifferentiable).parameters.toEqualTypeOf<[reason: string]>()
expectTypeOf(notDifferentiable('a step has no slope')).toExtend<Definition['vjp']>()
expectTypeOf(throughComposition).toExtend<Definition['vjp']>()

// A backend's table answers every op, by a kernel or by a visible decision.
declare const kernels: { readonly [Name in Exclude<keyof typeof ops, 'less'>]: Kernel }
const table = { ...kernels, less: useReference('no bool textures') } satisfies KernelTable<typeof ops>
expectTypeOf(table.less.useReference).toBeString()
