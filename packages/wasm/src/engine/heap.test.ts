import { BackendError } from '@gyre/tensor'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Heap, lineBytes } from './heap.js'

const memory = () => new WebAssembly.Memory({ initial: 1, maximum: 1000 })

describe('Heap', () => {
  it('gives stretches that do not overlap, whatever is freed in between', () => {
    const step = fc.record({ bytes: fc.integer({ min: 1, max: 100_000 }), free: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const heap = new Heap(memory(), 4096)
        const held: { address: number; bytes: number }[] = []
        for (const { bytes, free } of steps) {
          const address = heap.allocate(bytes)
          expect(address % lineBytes).toBe(0)
          expect(address).toBeGreaterThanOrEqual(4096)
          expect(address + bytes).toBeLessThanOrEqual(heap.memory.buffer.byteLength)
          for (const other of held) {
            expect(address >= other.address + other.bytes || other.address >= address + bytes).toBe(true)
          }
          held.push({ address, bytes })
          const given = held[free]
          if (given) {
            heap.free(given.address, given.bytes)
            held.splice(free, 1)
          }
        }
        for (const { address, bytes } of held) heap.free(address, bytes)
        expect(heap.usedBytes).toBe(0)
        // What is free is one stretch again.
        expect(heap.allocate(1)).toBe(4096)
      }),
    )
  })

  it('takes a stretch that was freed before the memory grows', () => {
    const heap = new Heap(memory(), 0)
    const first = heap.allocate(200_000)
    heap.allocate(64)
    const { pages } = heap
    heap.free(first, 200_000)
    expect(heap.allocate(150_000)).toBe(first)
    expect(heap.pages).toBe(pages)
  })

  it('gives zeros, also where somebody has written, and across the end of that', () => {
    const heap = new Heap(memory(), 0)
    const first = heap.allocate(1000)
    new Uint8Array(heap.memory.buffer, first, 1000).fill(7)
    heap.free(first, 1000)
    const zeros = heap.allocateZeros(100_000)
    expect(zeros).toBe(first)
    expect(new Uint8Array(heap.memory.buffer, zeros, 100_000).every((byte) => byte === 0)).toBe(true)
  })

  it('says how much was wanted when the memory cannot grow', () => {
    const heap = new Heap(memory(), 0)
    const used = heap.usedBytes
    expect(() => heap.allocate(200 * 2 ** 20)).toThrow(BackendError)
    expect(() => heap.allocate(200 * 2 ** 20)).toThrow(/cannot grow from 0 MiB to 200 MiB for 200 MiB more/)
    expect(heap.usedBytes).toBe(used)
    heap.allocate(1000)
    vi.spyOn(heap.memory, 'grow').mockImplementation(() => {
      throw new RangeError('no memory')
    })
    expect(() => heap.allocate(2 ** 20)).toThrow(/cannot grow/)
  })
})
