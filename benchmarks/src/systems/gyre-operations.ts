import { vjp } from '@gyre/autograd'
import { compile } from '@gyre/graph'
import { AdamW } from '@gyre/nn'
import {
  allocateData,
  blockCirculant,
  crossEntropy,
  layerNorm,
  matmul,
  Parameter,
  rfft,
  scope,
  sizeOf,
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
      return compiled(() => [matmul(a.value, b.value, { transposeA, transposeB })])
    }
    case 'rfft': {
      const x = floats(1, [task.rows, task.n])
      return compiled(() => [rfft(x.value)])
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
      return differentiated(
        pass,
        (x) => crossEntropy(x!, targets),
        [logits],
        new Parameter({ shape: [], dtype: 'float32' }, () => Float32Array.of(1)),
      )
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

/** Numbers that stay with the backend, as a model's do. */
function floats(seed: number, shape: readonly number[], scale = 1): Parameter {
  const count = shape.reduce((size, dim) => size * dim, 1)
  return new Parameter({ shape, dtype: 'float32' }, () => hashedFloats(seed, count, scale))
}

/** A compiled function of parameters. Its results are assigned to parameters too, so that no number is copied out. */
function compiled(fn: () => readonly Tensor[]): Work {
  const results = scope(fn).map(
    ({ shape, dtype }) => new Parameter({ shape, dtype }, () => allocateData(dtype, sizeOf(shape))),
  )
  const run = compile(() => {
    for (const [index, value] of fn().entries()) {
      // A parameter that is read, too, has its place in the backend's memory, and is written there.
      void results[index]!.value
      results[index]!.assign(value)
    }
  })
  return {
    run,
    check: async () => {
      run()
      return joined(await Promise.all(results.map(({ value }) => value.data() as Promise<Float32Array>)))
    },
  }
}

function differentiated(
  pass: 'forward' | 'forward+backward',
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Parameter[],
  arriving: Parameter,
): Work {
  const values = () => inputs.map(({ value }) => value)
  if (pass === 'forward') return compiled(() => [fn(...values())])
  return compiled(() => {
    const { value, pullback } = vjp(fn)(...values())
    return [value, ...pullback(arriving.value)]
  })
}

/** An optimiser's step; its check takes three. */
function adamw(sizes: readonly number[]): Work {
  const parameters = sizes.map((size, index) => [`${index}`, floats(1 + 2 * index, [size])] as const)
  const gradients = sizes.map((size, index) => floats(2 + 2 * index, [size]))
  const optimizer = new AdamW(parameters, { learningRate: 1e-3 })
  const run = compile(() => {
    optimizer.step(new Map(gradients.map(({ value }, index) => [`${index}`, value])))
  })
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
