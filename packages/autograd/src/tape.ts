import {
  type AnyGradients,
  type AnyOp,
  add,
  currentNameScope,
  dispatch,
  formatShape,
  GradientError,
  type Interpreter,
  inNameScope,
  isDifferentiable,
  mapTensors,
  type NameScope,
  nextLevel,
  type Options,
  sameShape,
  Tensor,
  type TensorRecord,
  tensorsOf,
  zeros,
} from '@gyre/tensor'

/** One recorded call: how the gradients of its results become those of its inputs. */
interface Entry {
  readonly results: readonly Variable[]
  /** Gives the gradient for each tracked input, from the gradient of each result (absent: nothing arrived). */
  readonly backward: (grads: readonly (Tensor | undefined)[]) => readonly (readonly [Variable, Tensor])[]
  readonly scope: NameScope
}

/** What the tape keeps behind a tensor that it tracks. Its identity is what gradients are summed under. */
export interface Variable {
  readonly tape: Tape
  /** The value one level below: numbers, or a tensor of an outer tape or trace. */
  readonly primal: Tensor
}

/**
 * Records every differentiable operation on the tensors that it tracks, in the order of the calls, which is a
 * topological order of the computation: walked backwards, each result's gradient is complete before it is used.
 */
export class Tape implements Interpreter {
  readonly name = 'tape'
  readonly level = nextLevel()
  #entries: Entry[] = []
  #walked = false

  /** A tensor whose gradient this tape can give. */
  track(primal: Tensor): Tensor {
    if (!isDifferentiable(primal.dtype)) {
      throw new GradientError(`a gradient needs real or complex floating-point numbers, not ${primal.dtype}`)
    }
    const variable: Variable = { tape: this, primal }
    return new Tensor(primal, this, variable)
  }

  /** The value one level below this tape; other tensors are constants here and are their own value. */
  primal(tensor: Tensor): Tensor {
    return tensor.interpreter === this ? (tensor.handle as Variable).primal : tensor
  }

  run(op: AnyOp, inputs: TensorRecord, options: Options): TensorRecord {
    if ('throughComposition' in op.vjp) {
      if (!op.composition)
        throw new GradientError(`${op.name}: differentiated through a composition that it lacks`)
      return op.composition(inputs, options)
    }
    const primals = mapTensors(inputs, (tensor) => this.primal(tensor)) as TensorRecord
    const outputs = dispatch(op as never, primals as never, options as never) as TensorRecord
    if ('notDifferentiable' in op.vjp) return outputs

    const vjp = op.vjp
    const saved = new Set(op.saved)
    const results: Variable[] = []
    const positions: { name: string; index: number }[] = []
    const tracked = mapWithIndex(outputs, (tensor, name, index) => {
      if (saved.has(name) || !isDifferentiable(tensor.dtype)) return tensor
      const wrapped = this.track(tensor)
      results.push(wrapped.handle as Variable)
      positions.push({ name, index })
      return wrapped
    })
    if (results.length === 0) return outputs

    this.record(results, (arrived) => {
      const arrivedAt = new Map(positions.map(({ name, index }, i) => [`${name}.${index}`, arrived[i]]))
      const grads = mapWithIndex(
        outputs,
        (tensor, name, index) =>
          arrivedAt.get(`${name}.${index}`) ?? (zeros(tensor.shape, { dtype: tensor.dtype }) as Tensor),
      )
      const gradients = vjp({ inputs: primals, options, outputs, grads })
      return this.#inputGradients(op, inputs, gradients)
    })
    return tracked
  }

  /** Records a call by its results and its backward function, in the current name scope. */
  record(results: readonly Variable[], backward: Entry['backward']): void {
    this.#entries.push({ results, backward, scope: currentNameScope() })
  }

  /**
   * Walks the tape backwards from outputs with their gradients; gives the gradient of each variable that no
   * recorded call made. It forgets as it goes, and so walks once.
   */
  backward(seeds: readonly (readonly [output: Tensor, gradient: Tensor])[]): Map<Variable, Tensor> {
    if (this.#walked) throw new GradientError('a pullback can be called once; call vjp again for another')
    this.#walked = true
    const gradients = new Map<Variable, Tensor>()
    const accumulate = (variable: Variable, gradient: Tensor): void => {
      const sofar = gradients.get(variable)
      gradients.set(variable, sofar ? add(sofar, gradient) : gradient)
    }
    for (const [output, gradient] of seeds) {
      if (output.interpreter === this) accumulate(output.handle as Variable, gradient)
    }
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) {
      const arrived = entry.results.map((result) => gradients.get(result))
      if (arrived.every((gradient) => gradient === undefined)) continue
      // No one asks for a result's gradient again; what it holds may be collected.
      for (const result of entry.results) gradients.delete(result)
      const { backward } = entry
      inNameScope({ path: entry.scope.path, phase: 'backward' }, () => {
        for (const [variable, gradient] of backward(arrived)) accumulate(variable, gradient)
      })
    }
    return gradients
  }

  read(tensor: Tensor): ReturnType<Interpreter['read']> {
    return this.primal(tensor).data()
  }

  readSync(tensor: Tensor): ReturnType<Interpreter['readSync']> {
    return this.primal(tensor).dataSync()
  }

  backendOf(tensor: Tensor): ReturnType<Interpreter['backendOf']> {
    return this.primal(tensor).backend
  }

  /** Computes the gradients of the tracked inputs only, and holds each to its input's shape and dtype. */
  #inputGradients(op: AnyOp, inputs: TensorRecord, gradients: AnyGradients): (readonly [Variable, Tensor])[] {
    const computed: (readonly [Variable, Tensor])[] = []
    for (const name of Object.keys(inputs)) {
      const tensors = tensorsOf(inputs[name])
      if (!tensors.some((tensor) => tensor.interpreter === this)) continue
      const gradient = gradients[name]
      if (gradient === undefined) throw new GradientError(`${op.name}: its vjp gives no gradient for ${name}`)
      if (typeof gradient !== 'function') {
        throw new GradientError(`${op.name}: ${name} has no gradient: ${gradient.notDifferentiable}`)
      }
      const values = tensorsOf(gradient())
      tensors.forEach((tensor, index) => {
        if (tensor.interpreter !== this) return
        const value = values[index]!
        if (!sameShape(value.shape, tensor.shape) || value.dtype !== tensor.dtype) {
          throw new GradientError(
            `${op.name}: the gradient for ${name} is ${value.dtype} ${formatShape(value.shape)}, ` +
              `but ${name} is ${tensor.dtype} ${formatShape(tensor.shape)}`,
          )
        }
        computed.push([tensor.handle as Variable, value])
      })
    }
    return computed
  }
}

function mapWithIndex(
  record: TensorRecord,
  transform: (tensor: Tensor, name: string, index: number) => Tensor,
): Record<string, Tensor | Tensor[] | undefined> {
  let previous = ''
  let index = 0
  return mapTensors(record, (tensor, name) => {
    index = name === previous ? index + 1 : 0
    previous = name
    return transform(tensor, name, index)
  })
}
