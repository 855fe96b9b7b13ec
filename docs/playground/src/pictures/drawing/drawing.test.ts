import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import { blur, cosine, Drawing, difference, impulse, noise, ramp, shift, square } from './drawing.js'

describe('a drawing', () => {
  it('draws the samples of a stroke that the pointer jumped over', () => {
    const drawing = new Drawing(signal(8), impulse)
    drawing.draw(1, -1, 5, 1)
    expect(drawing.samples.value).toEqual([1, -1, -0.5, 0, 0.5, 1, 0, 0])
    drawing.draw(6, 0.3, 4, 0.1)
    expect(drawing.samples.value).toEqual([1, -1, -0.5, 0, 0.1, 0.2, 0.3, 0])
    expect(drawing.visited.value).toBe(4)
    expect(drawing.preset).toBeUndefined()
  })

  it('keeps within its length and its range', () => {
    const drawing = new Drawing(signal(4), impulse)
    drawing.draw(-3, 5, 0, 5)
    drawing.set(9, 1)
    expect(drawing.samples.value).toEqual([1, 0, 0, 0])
    expect(drawing.visited.value).toBe(3)
    drawing.set(2, -7)
    expect(drawing.samples.value).toEqual([1, 0, -1, 0])
  })

  it('of a preset has as many samples as the length says; one by hand is stretched, and comes back', () => {
    const length = signal(4)
    const drawing = new Drawing(length, cosine)
    length.value = 8
    expect(drawing.samples.value).toEqual(cosine.samples(8))
    drawing.set(7, 0.5)
    const drawn = drawing.samples.value
    drawing.visit(7)
    length.value = 4
    expect(drawing.samples.value).toEqual([drawn[0], drawn[2], drawn[4], drawn[6]])
    expect(drawing.visited.value).toBe(3)
    length.value = 8
    expect(drawing.samples.value).toEqual(drawn)
  })
})

it.each([impulse, cosine, square, ramp, noise, shift, blur, difference])(
  'the preset $name stays from −1 to 1 at every length',
  ({ samples }) => {
    for (const n of [2, 3, 4, 64]) {
      expect(samples(n).length).toBe(n)
      for (const value of samples(n)) expect(Math.abs(value)).toBeLessThanOrEqual(1)
    }
    expect(samples(64).some((value) => value !== 0)).toBe(true)
  },
)
