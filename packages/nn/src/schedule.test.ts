import { describe, expect, it } from 'vitest'
import { constantSchedule, cosineSchedule, linearSchedule } from './schedule.js'

const at = (schedule: (step: number) => number, steps: readonly number[]): number[] => steps.map(schedule)

describe('schedules', () => {
  it('stay at 1 when constant', () => {
    expect(at(constantSchedule(), [0, 5, 1e6])).toEqual([1, 1, 1])
  })

  it('rise in a line and fall in a line', () => {
    const schedule = linearSchedule({ warmupSteps: 2, totalSteps: 6 })
    expect(at(schedule, [0, 1, 2, 3, 4, 5, 6])).toEqual([0, 0.5, 1, 0.75, 0.5, 0.25, 0])
  })

  it('rise in a line and fall along half a cosine', () => {
    const schedule = cosineSchedule({ warmupSteps: 2, totalSteps: 6 })
    const expected = [0, 0.5, 1, 0.5 * (1 + Math.SQRT1_2), 0.5, 0.5 * (1 - Math.SQRT1_2), 0]
    at(schedule, [0, 1, 2, 3, 4, 5, 6]).forEach((value, step) => {
      expect(value).toBeCloseTo(expected[step]!, 12)
    })
  })

  it('stay at 0 after the last step', () => {
    expect(linearSchedule({ totalSteps: 3 })(10)).toBe(0)
    expect(cosineSchedule({ totalSteps: 3 })(10)).toBe(0)
  })

  it('may be all warm-up', () => {
    expect(at(linearSchedule({ warmupSteps: 2, totalSteps: 2 }), [0, 1, 2])).toEqual([0, 0.5, 0])
  })

  it('reject a warm-up longer than the whole', () => {
    expect(() => linearSchedule({ warmupSteps: 5, totalSteps: 4 })).toThrow(
      'linearSchedule: warmupSteps is 5; expected an integer from 0 to totalSteps = 4',
    )
    expect(() => cosineSchedule({ totalSteps: 0 })).toThrow('cosineSchedule: totalSteps is 0')
  })
})
