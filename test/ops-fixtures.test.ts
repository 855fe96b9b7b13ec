import { readFile } from 'node:fs/promises'
import { vjp } from '@gyre/autograd'
import { int32Of, readSafetensors } from '@gyre/safetensors'
import {
  add,
  attention,
  crossEntropy,
  div,
  embedding,
  erf,
  exp,
  type FloatDType,
  gelu,
  layerNorm,
  linear,
  log,
  logSoftmax,
  matmul,
  max,
  mean,
  meanSquaredError,
  mul,
  ones,
  relu,
  rmsNorm,
  rotaryEmbedding,
  rsqrt,
  sigmoid,
  silu,
  softmax,
  sqrt,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { onEveryBackend } from './on-every-backend.js'
import { relmax } from './relmax.js'

type Named = { readonly [name: string]: Tensor }

/** What each case of the file calls: by `op.case` where cases differ, else by `op`. */
const calls: { readonly [prefix: string]: (inputs: Named) => Tensor } = {
  matmul: ({ a, b }) => matmul(a!, b!),
  linear: ({ x, w, b }) => linear(x!, w!, b),
  'softmax.last': ({ x }) => softmax(x!),
  'softmax.dim1': ({ x }) => softmax(x!, { axis: 1 }),
  'log_softmax.last': ({ x }) => logSoftmax(x!),
  cross_entropy: ({ logits, target }) => crossEntropy(logits!, target!),
  layer_norm: ({ x, w, b, eps }) => layerNorm(x!, w!, b!, { epsilon: eps!.itemSync() }),
  rms_norm: ({ x, w, eps }) => rmsNorm(x!, w!, { epsilon: eps!.itemSync() }),
  'act.gelu_erf': ({ x }) => gelu(x!),
  'act.gelu_tanh': ({ x }) => gelu(x!, { approximate: 'tanh' }),
  'act.silu': ({ x }) => silu(x!),
  'act.tanh': ({ x }) => tanh(x!),
  'act.relu': ({ x }) => relu(x!),
  'act.sigmoid': ({ x }) => sigmoid(x!),
  'act.exp': ({ x }) => exp(x!),
  'act.erf': ({ x }) => erf(x!),
  'act.log': ({ x }) => log(x!),
  'act.sqrt': ({ x }) => sqrt(x!),
  'act.rsqrt': ({ x }) => rsqrt(x!),
  'sdpa.plain': ({ q, k, v }) => attention(q!, k!, v!),
  'sdpa.additive_mask': ({ q, k, v, mask }) => attention(q!, k!, v!, { keyMask: mask }),
  'sdpa.causal': ({ q, k, v }) => attention(q!, k!, v!, { causal: true }),
  'sdpa.causal_padded': ({ q, k, v, mask }) => attention(q!, k!, v!, { causal: true, keyMask: mask }),
  'sdpa.gqa_causal': ({ q, k, v }) => attention(q!, k!, v!, { causal: true }),
  rope: ({ x, cos, sin, position_ids }) =>
    rotaryEmbedding(x!, embedding(cos!, position_ids!), embedding(sin!, position_ids!)),
  'embedding.plain': ({ w, ids }) => embedding(w!, ids!),
  'embedding.padding_idx1': ({ w, ids }) => embedding(w!, ids!, { paddingIndex: 1 }),
  mse: ({ x, target }) => meanSquaredError(x!, target!),
  add: ({ a, b }) => add(a!, b!),
  sub: ({ a, b }) => sub(a!, b!),
  mul: ({ a, b }) => mul(a!, b!),
  div: ({ a, b }) => div(a!, b!),
  'sum.all': ({ x }) => sum(x!),
  'sum.dim1_keep': ({ x }) => sum(x!, { axes: [1], keepDims: true }),
  'mean.dim02': ({ x }) => mean(x!, { axes: [0, 2] }),
  'max.last': ({ x }) => max(x!, { axes: [-1] }),
}

const file = readSafetensors(await readFile(new URL('./fixtures/vectors/ops.safetensors', import.meta.url)), {
  source: 'ops.safetensors',
})
const names = [...file.entries.keys()]
/** `op.case` of every name `op.case.field`. */
const cases = [...new Set(names.map((name) => name.split('.').slice(0, 2).join('.')))]
const fieldsOf = (prefix: string): string[] =>
  names.filter((name) => name.startsWith(`${prefix}.`)).map((name) => name.slice(prefix.length + 1))
const callOf = (prefix: string) => calls[prefix] ?? calls[prefix.split('.')[0]!]

function read(name: string, dtype: FloatDType): Tensor {
  const stored = file.get(name)
  const { shape } = stored
  if (stored.dtype === 'I64') return tensor(int32Of(stored), { shape, dtype: 'int32' }) as Tensor
  if (name.endsWith('.mask')) return tensor(Int32Array.from(stored.data as Float32Array), { shape }) as Tensor
  return tensor(stored.data as Float32Array, { shape, dtype }) as Tensor
}

function expectClose(actual: Tensor, name: string, tolerance: number): void {
  const expected = file.get(name)
  expect(actual.shape, name).toEqual(expected.shape)
  expect(relmax(actual.dataSync(), expected.data as Float32Array), name).toBeLessThanOrEqual(tolerance)
}

onEveryBackend(() => {
  describe("PyTorch's operations", () => {
    it('has a call here for every case of the file, and a case for every call', () => {
      expect(cases.filter((prefix) => callOf(prefix) === undefined)).toEqual([])
      const used = new Set(cases.map(callOf))
      expect(Object.keys(calls).filter((key) => !used.has(calls[key]))).toEqual([])
      expect(cases.length).toBe(56)
    })

    for (const dtype of ['float32', 'float64'] as const) {
      it.each(cases)(`agree in ${dtype} with %s, value and gradients`, (prefix) => {
        const fields = fieldsOf(prefix)
        const inputs: Record<string, Tensor> = {}
        for (const field of fields) {
          if (field !== 'y' && field !== 'gy' && !field.startsWith('grad.')) {
            inputs[field] = read(`${prefix}.${field}`, dtype)
          }
        }
        const differentiated = fields.filter((f) => f.startsWith('grad.')).map((f) => f.slice('grad.'.length))
        expect(differentiated.length).toBeGreaterThan(0)
        const fn = (...tensors: readonly Tensor[]): Tensor =>
          callOf(prefix)!({
            ...inputs,
            ...Object.fromEntries(differentiated.map((name, i) => [name, tensors[i]!])),
          })
        const { value, pullback } = vjp(fn)(...differentiated.map((name) => inputs[name]!))
        expectClose(value, `${prefix}.y`, 2e-6)
        // A scalar's upstream gradient is 1 and not stored.
        const gradient = fields.includes('gy') ? read(`${prefix}.gy`, dtype) : (ones([], { dtype }) as Tensor)
        pullback(gradient).forEach((found, i) => {
          expectClose(found, `${prefix}.grad.${differentiated[i]}`, 5e-6)
        })
      })
    }
  })
})
