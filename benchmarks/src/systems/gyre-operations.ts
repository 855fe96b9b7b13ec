import { vjp } from '@gyre/autograd'
import { AdamW } from '@gyre/nn'
import {
  blockCirculant,
  crossEntropy,
  layerNorm,
  matmul,
  Parameter,
  rfft,
  scope,
  softmax,
  type Tensor,
  tensor,
} from '@gyre/tensor'
import { hashedFloats, hashedIntegers, joined } from '../inputs.js'
import type { Work } from '../system.js'
import type { Task } from '../task.js'

type Operation = Exclude<Task, { kind: 'step' | 'decode' }>

export function prepareOperation(task: Operation): Work {
  switch (task.kind) {
    case 'sgemm': {
      const { m, n, k, transposeA, transposeB } = task
      const a = floats(1, transposeA ? [k, m] : [m, k])
      const b = floats(2, transposeB ? [n, k] : [k, n])
      return repeated(() => [matmul(a, b, { transposeA, transposeB })])
    }
    case 'rfft': {
      const x = floats(1, [task.rows, task.n])
      return repeated(() => [rfft(x)])
    }
    case 'softmax': {
      const shape = [task.rows, task.columns]
      return differentiated(task.pass, (x) => softmax(x!), [floats(1, shape, 4)], floats(2, shape))
    }
    case 'layerNorm': {
      const shape = [task.rows, task.columns]
      const inputs = [floats(1, shape), floats(2, [task.columns]), floats(3, [task.columns])]
      return differentiated(
        task.pass,
        (x, weight, bias) => layerNorm(x!, weight!, bias!),
        inputs,
        floats(4, shape),
      )
    }
    case 'crossEntropy': {
      const { rows, columns, pass } = task
      const targets: Tensor = tensor(hashedIntegers(2, rows, 0, columns), { shape: [rows] })
      const logits = floats(1, [rows, columns], 4)
      return differentiated(pass, (x) => crossEntropy(x!, targets), [logits], tensor(1) as Tensor)
    }
    case 'blockCirculant': {
      const { rows, n, p, pass } = task
      const inputs = [floats(1, [rows, n]), floats(2, [n / p, n / p, p])]
      return differentiated(pass, (x, c) => blockCirculant(x!, c!), inputs, floats(3, [rows, n]))
    }
    case 'adamw':
      return adamw(task.sizes)
  }
}

function floats(seed: number, shape: readonly number[], scale = 1): Tensor {
  const count = shape.reduce((size, dim) => size * dim, 1)
  return tensor(hashedFloats(seed, count, scale), { shape })
}

/** A function of no arguments, its results freed after each run. */
function repeated(fn: () => readonly Tensor[]): Work {
  return {
    run: () => {
      scope(() => void fn())
    },
    check: async () =>
      joined(await Promise.all(scope(fn).map((result) => result.data() as Promise<Float32Array>))),
  }
}

function differentiated(
  pass: 'forward' | 'forward+backward',
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  arriving: Tensor,
): Work {
  if (pass === 'forward') return repeated(() => [fn(...inputs)])
  return repeated(() => {
    const { value, pullback } = vjp(fn)(...inputs)
    const gradients: Tensor | readonly Tensor[] = pullback(arriving)
    return [value, ...(Array.isArray(gradients) ? gradients : [gradients])]
  })
}

function adamw(sizes: readonly number[]): Work {
  const parameters = sizes.map((size, index): [string, Parameter] => {
    const parameter = new Parameter({ shape: [size], dtype: 'float32' }, () =>
      hashedFloats(1 + 2 * index, size),
    )
    return [`${index}`, parameter]
  })
  const gradients = new Map(sizes.map((size, index) => [`${index}`, floats(2 + 2 * index, [size])]))
  const optimizer = new AdamW([{ name: 'all', parameters, learningRateScale: 1 }], { learningRate: 1e-3 })
  const run = () => scope(() => optimizer.step(gradients))
  return {
    run,
    check: async () => {
      for (let step = 0; step < 3; step++) run()
      return joined(
        await Promise.all(parameters.map(([, { value }]) => value.data() as Promise<Float32Array>)),
      )
    },
  }
}
