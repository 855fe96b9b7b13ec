import { formatShape, gather, mean, reshape, ShapeError, type Tensor, tensor, transpose } from '@gyre/tensor'

/**
 * The dense matrix of a block-circulant one: block (i, j) has c[i][j] as its first column, so that
 * `B[i·p + r, j·p + s] = c[i, j, (r - s) mod p]`. Shapes: c `[q, k, p]` → `[q·p, k·p]`. Differentiable.
 */
export function toDense(c: Tensor): Tensor {
  const [q, k, p] = blockShape(c, 'toDense')
  const index = new Int32Array(p * p)
  for (let r = 0; r < p; r++) for (let s = 0; s < p; s++) index[r * p + s] = (r - s + p) % p
  const blocks = reshape(gather(c, tensor(index), { axis: 2 }), [q, k, p, p])
  return reshape(transpose(blocks, [0, 2, 1, 3]), [q * p, k * p])
}

/**
 * The first columns of the block-circulant matrix nearest to `matrix` in the Frobenius norm: each entry is the
 * mean over its wrapped diagonal. Shapes: `[out, in]` → `[out/p, in/p, p]`. Differentiable.
 */
export function fromDense(matrix: Tensor, blockSize: number): Tensor {
  if (matrix.rank !== 2)
    throw new ShapeError(`fromDense: expected a matrix, got shape ${formatShape(matrix.shape)}`)
  const [out, input] = matrix.shape as [number, number]
  checkBlockSize(blockSize, out, input, 'fromDense')
  const p = blockSize
  const [q, k] = [out / p, input / p]
  const index = new Int32Array(p * p)
  // Entry t of the first column is found at (t + s, s) in every column s.
  for (let t = 0; t < p; t++) for (let s = 0; s < p; s++) index[t * p + s] = ((t + s) % p) * p + s
  const blocks = reshape(transpose(reshape(matrix, [q, p, k, p]), [0, 2, 1, 3]), [q, k, p * p])
  return mean(reshape(gather(blocks, tensor(index), { axis: 2 }), [q, k, p, p]), { axes: [-1] })
}

/**
 * Transposes every block in its place: what was a block's first row becomes its first column, `c[i, j, (-t) mod p]`.
 * Its own inverse. Shapes: c `[q, k, p]` → the same. Differentiable.
 */
export function transposeBlocks(c: Tensor): Tensor {
  const [, , p] = blockShape(c, 'transposeBlocks')
  return gather(c, tensor(Int32Array.from({ length: p }, (_, t) => (p - t) % p)), { axis: 2 })
}

/** Throws a `ShapeError` that names the common divisors unless `blockSize` divides both sides. */
export function checkBlockSize(blockSize: number, out: number, input: number, where: string): void {
  if (Number.isInteger(blockSize) && blockSize >= 1 && out % blockSize === 0 && input % blockSize === 0)
    return
  throw new ShapeError(
    `${where}: block size ${blockSize} does not divide both sides of [${out}, ${input}]; ` +
      `their common divisors are ${commonDivisors(out, input).join(', ')}`,
  )
}

/** The common divisors of two sides, ascending: the block sizes that a layer can take. */
export function commonDivisors(out: number, input: number): number[] {
  const divisors: number[] = []
  for (let d = 1; d <= Math.min(out, input); d++) if (out % d === 0 && input % d === 0) divisors.push(d)
  return divisors
}

function blockShape(c: Tensor, where: string): [q: number, k: number, p: number] {
  if (c.rank !== 3)
    throw new ShapeError(`${where}: expected c of shape [q, k, p], got ${formatShape(c.shape)}`)
  return c.shape as unknown as [number, number, number]
}
