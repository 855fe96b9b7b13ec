import { describe, expect, it } from 'vitest'
import { booleanOption, choiceOption, integerOption, numberOption } from './option-syntax.js'

const rank = integerOption({ doc: 'rank', alias: 'r', default: 8, minimum: 1 })
const scale = numberOption({ doc: 'scale', default: 1 })
const flag = booleanOption({ doc: 'flag', default: false })
const start = choiceOption({ doc: 'start', choices: ['normal', 'zeros'], default: 'zeros' })

describe('an option', () => {
  it('keeps what describes it', () => {
    expect(rank).toMatchObject({ doc: 'rank', alias: 'r', default: 8 })
    expect(start).toMatchObject({ doc: 'start: normal or zeros', default: 'zeros' })
  })

  it.each([
    [rank, '1', 1],
    [rank, '64', 64],
    [scale, '-2.5', -2.5],
    [scale, '1e-3', 0.001],
    [flag, 'true', true],
    [flag, 'false', false],
    [start, 'normal', 'normal'],
  ] as const)('reads what it writes (%#)', (option, text, value) => {
    expect(option.parse(text, 'here')).toBe(value)
    const written = (option.format as (value: unknown) => string)(value)
    expect(option.parse(written, 'here')).toBe(value)
  })

  it.each([
    [rank, '', 'an integer ≥ 1'],
    [rank, ' ', 'an integer ≥ 1'],
    [rank, '0', 'an integer ≥ 1'],
    [rank, '2.5', 'an integer ≥ 1'],
    [rank, 'eight', 'an integer ≥ 1'],
    [scale, '', 'a number'],
    [scale, 'Infinity', 'a number'],
    [scale, '1,5', 'a number'],
    [flag, 'yes', 'true or false'],
    [flag, '', 'true or false'],
    [start, 'ones', 'normal or zeros'],
  ] as const)('says what it expects and where (%#)', (option, text, expected) => {
    expect(() => option.parse(text, "method 'm', option")).toThrow(
      `method 'm', option: expected ${expected}, got '${text}'`,
    )
  })
})
