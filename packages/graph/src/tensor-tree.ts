import { Tensor, type TensorSpec } from '@gyre/tensor'

/** `T` with a shape and a dtype allowed in the place of every tensor, also inside arrays and objects. */
export type SpecsOf<T> =
  T extends Tensor<infer S, infer D>
    ? TensorSpec<S, D>
    : T extends (...args: never[]) => unknown
      ? T
      : { [K in keyof T]: SpecsOf<T[K]> }

/**
 * `tree` with every tensor, or plain `{ shape, dtype }`, in it replaced: itself, and those in arrays, plain
 * objects and maps. Anything else, such as a module, stays as it is. Paths are joined by dots.
 */
export function mapTensorTree(
  tree: unknown,
  transform: (leaf: TensorSpec, path: string) => unknown,
  path = '',
): unknown {
  const inside = (value: unknown, key: string | number): unknown =>
    mapTensorTree(value, transform, path === '' ? `${key}` : `${path}.${key}`)
  if (tree instanceof Tensor || isSpec(tree)) return transform(tree, path)
  if (Array.isArray(tree)) return tree.map(inside)
  if (tree instanceof Map) return new Map([...tree].map(([key, value]) => [key, inside(value, String(key))]))
  if (isPlainObject(tree)) {
    return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, inside(value, key)]))
  }
  return tree
}

function isSpec(value: unknown): value is TensorSpec {
  return isPlainObject(value) && Array.isArray(value.shape) && typeof value.dtype === 'string'
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value) as unknown
  return prototype === Object.prototype || prototype === null
}
