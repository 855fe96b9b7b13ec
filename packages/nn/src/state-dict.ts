import { type Parameter, ShapeError, type Tensor } from '@gyre/tensor'

/** The current tensors under their parameters' names. */
export function stateOf(parameters: Iterable<readonly [string, Parameter]>): Map<string, Tensor> {
  return new Map([...parameters].map(([name, parameter]) => [name, parameter.value]))
}

/**
 * Assigns every parameter the tensor of its name. Nothing is assigned unless everything fits: the error lists
 * every missing and unexpected name and every wrong shape and dtype.
 */
export function assignState(
  where: string,
  parameters: Iterable<readonly [string, Parameter]>,
  state: ReadonlyMap<string, Tensor>,
): void {
  const expected = new Map(parameters)
  const problems: string[] = []
  for (const [name, { shape, dtype }] of expected) {
    const tensor = state.get(name)
    if (!tensor) problems.push(`missing ${name}`)
    else if (tensor.shape.join() !== shape.join()) {
      problems.push(`${name} has shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}]`)
    } else if (tensor.dtype !== dtype) {
      problems.push(`${name} has dtype ${tensor.dtype}, expected ${dtype}`)
    }
  }
  for (const name of state.keys()) if (!expected.has(name)) problems.push(`unexpected ${name}`)
  if (problems.length > 0) throw new ShapeError(`${where}: ${problems.join('; ')}`)
  for (const [name, parameter] of expected) parameter.assign(state.get(name)!)
}
