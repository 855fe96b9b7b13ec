import { reshape, type Tensor, transpose } from '@gyre/tensor'

/** `[B, T, heads·D]` → `[B, heads, T, D]`. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [B, T, size] = x.shape as [number, number, number]
  return transpose(reshape(x, [B, T, heads, size / heads]), [0, 2, 1, 3])
}

/** `[B, heads, T, D]` → `[B, T, heads·D]`. */
export function joinHeads(x: Tensor): Tensor {
  const [B, heads, T, D] = x.shape as [number, number, number, number]
  return reshape(transpose(x, [0, 2, 1, 3]), [B, T, heads * D])
}
