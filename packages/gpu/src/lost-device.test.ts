import { add, BackendError, jsBackend, setBackend, type Tensor, tensor } from '@gyre/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { findGpu } from '../../../test/find-gpu.js'
import { gpu } from './gpu.js'

// In a file of its own: the device is the process's.
const { backend } = await findGpu()

describe.skipIf(backend === undefined)('a device that is lost', () => {
  afterAll(() => setBackend(jsBackend))

  it('is an error that says so, and the next one works', async () => {
    setBackend(backend!)
    const x = tensor([1, 2]) as Tensor
    const sum = add(x, 1)
    backend!.device.destroy()
    await backend!.device.lost
    expect(() => add(sum, 1)).toThrow(BackendError)
    await expect(sum.data()).rejects.toThrow(/^gpu: the device was lost/)

    const next = await gpu()
    setBackend(next)
    expect([...(await add(tensor([1, 2]), 1).data())]).toEqual([2, 3])
  })
})
