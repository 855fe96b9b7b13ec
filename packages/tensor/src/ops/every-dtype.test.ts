import { expect, test } from 'vitest'
import { tensor } from '../create.js'
import { type DType, isComplex } from '../dtype.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { broadcastTo } from './broadcast-to.js'
import { cast } from './cast.js'
import { concat } from './concat.js'
import { dynamicUpdateSlice } from './dynamic-update-slice.js'
import { expandDims } from './expand-dims.js'
import { gather } from './gather.js'
import { pad } from './pad.js'
import { reshape } from './reshape.js'
import { slice } from './slice.js'
import { stack } from './stack.js'
import { stopGradient } from './stop-gradient.js'
import { transpose } from './transpose.js'
import { where } from './where.js'

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'bool', 'complex64', 'complex128']

/** Real numbers as `dtype` holds them: complex ones get an imaginary part ten times as large. */
function held(values: readonly number[], dtype: DType): number[] {
  return isComplex(dtype) ? values.flatMap((value) => [value, 10 * value]) : [...values]
}

const of = (values: readonly number[], shape: Shape, dtype: DType): Tensor =>
  tensor(held(values, dtype), { shape, dtype }) as Tensor

const mask = tensor([true, false, true], { dtype: 'bool' })
const picks = tensor([2, 0], { dtype: 'int32' })

type Move = (x: Tensor) => Tensor
// Each moves [[1, 0, 1], [0, 0, 1]], which every dtype can hold.
const moves: readonly [name: string, move: Move, shape: Shape, values: readonly number[]][] = [
  ['reshape', (x) => reshape(x, [3, 2]) as Tensor, [3, 2], [1, 0, 1, 0, 0, 1]],
  ['expandDims', (x) => expandDims(x, -1), [2, 3, 1], [1, 0, 1, 0, 0, 1]],
  ['stopGradient', (x) => stopGradient(x), [2, 3], [1, 0, 1, 0, 0, 1]],
  ['cast to the same', (x) => cast(x, x.dtype) as Tensor, [2, 3], [1, 0, 1, 0, 0, 1]],
  ['transpose', (x) => transpose(x), [3, 2], [1, 0, 0, 0, 1, 1]],
  [
    'broadcastTo',
    (x) => broadcastTo(x, [2, 2, 3]) as Tensor,
    [2, 2, 3],
    [1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1],
  ],
  ['slice', (x) => slice(x, [0, 1], [2, 2]) as Tensor, [2, 2], [0, 1, 0, 1]],
  ['pad', (x) => pad(x, [0, 1], [1, 0]), [3, 4], [0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]],
  ['concat', (x) => concat([x, x], { axis: 1 }), [2, 6], [1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1]],
  ['stack', (x) => stack([x, x], { axis: -1 }), [2, 3, 2], [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1]],
  ['gather', (x) => gather(x, picks, { axis: 1 }), [2, 2], [1, 1, 1, 0]],
  [
    'dynamicUpdateSlice',
    (x) => dynamicUpdateSlice(x, of([1, 1, 0], [1, 3], x.dtype), tensor(1, { dtype: 'int32' }) as Tensor),
    [2, 3],
    [1, 0, 1, 1, 1, 0],
  ],
  ['where', (x) => where(mask, x, of([1], [], x.dtype)), [2, 3], [1, 1, 1, 0, 1, 1]],
]

for (const [name, move, shape, values] of moves) {
  test.each(dtypes)(`${name} moves %s`, (dtype) => {
    const moved = move(of([1, 0, 1, 0, 0, 1], [2, 3], dtype))
    expect(moved.dtype).toBe(dtype)
    expect(moved.shape).toEqual(shape)
    expect([...moved.dataSync()]).toEqual(held(values, dtype))
  })
}
