import { describe, expect, test } from 'vitest'
import { tensor, zeros } from './create.js'
import { eager } from './eager.js'
import {
  dispatch,
  type Interpreter,
  mapTensors,
  nextLevel,
  tensorsOf,
  withLowestInterpreter,
} from './interpreter.js'
import { currentNameScope, inPhase, nameScope } from './name-scope.js'
import { lazy } from './op.js'
import { addOp } from './ops/add.js'
import { Tensor } from './tensor.js'

/** Handles everything by writing it down. */
function recorder(name: string, log: string[]): Interpreter {
  const interpreter: Interpreter = {
    name,
    level: nextLevel(),
    run: (op) => {
      log.push(`${name}: ${op.name}`)
      return { output: new Tensor({ shape: [2], dtype: 'float32' }, interpreter, undefined) as Tensor }
    },
    read: () => Promise.reject(new Error('nothing to read')),
    readSync: () => new Float32Array(),
    backendOf: () => undefined,
  }
  return interpreter
}

describe('dispatch', () => {
  const plain: Tensor = tensor([1, 2])

  test('gives an operation to the highest level among its inputs', () => {
    const log: string[] = []
    const [low, high] = [recorder('low', log), recorder('high', log)]
    const of = (interpreter: Interpreter): Tensor =>
      new Tensor({ shape: [2], dtype: 'float32' }, interpreter, undefined)
    dispatch(addOp, { a: plain, b: of(low) }, {})
    dispatch(addOp, { a: of(high), b: of(low) }, {})
    expect(log).toEqual(['low: add', 'high: add'])
    expect(dispatch(addOp, { a: plain, b: plain }, {}).output.interpreter).toBe(eager)
  })

  test('gives operations on constants to the lowest interpreter while one is set, also after an error', () => {
    const log: string[] = []
    const low = recorder('low', log)
    withLowestInterpreter(low, () => dispatch(addOp, { a: plain, b: plain }, {}))
    expect(log).toEqual(['low: add'])
    expect(() =>
      withLowestInterpreter(low, () => {
        throw new Error('inside')
      }),
    ).toThrow('inside')
    expect(dispatch(addOp, { a: plain, b: plain }, {}).output.interpreter).toBe(eager)
  })
})

test('records of tensors keep their names, lists and absences', () => {
  const [a, b] = [zeros([1]) as Tensor, zeros([2]) as Tensor]
  expect(tensorsOf(undefined)).toEqual([])
  expect(tensorsOf(a)).toEqual([a])
  expect(mapTensors({ a, list: [a, b], none: undefined }, (t, name) => `${name} ${t.size}`)).toEqual({
    a: 'a 1',
    list: ['list 1', 'list 2'],
    none: undefined,
  })
})

test('a lazy value is computed once, also when it is undefined', () => {
  let computed = 0
  const value = lazy(() => {
    computed++
    return undefined
  })
  expect([value(), value(), computed]).toEqual([undefined, undefined, 1])
})

describe('name scopes', () => {
  test('join to a path, keep the phase, and close after an error', () => {
    expect(currentNameScope()).toEqual({ path: '', phase: 'forward' })
    nameScope('encoder', () =>
      inPhase('backward', () =>
        nameScope('', () =>
          nameScope('layer.0', () => {
            expect(currentNameScope()).toEqual({ path: 'encoder.layer.0', phase: 'backward' })
          }),
        ),
      ),
    )
    expect(() =>
      nameScope('encoder', () => {
        throw new Error('inside')
      }),
    ).toThrow('inside')
    expect(currentNameScope()).toEqual({ path: '', phase: 'forward' })
  })
})
