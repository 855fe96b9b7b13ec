import { GyreError, OptionError } from '@gyre/tensor'

/** Gradients, groups or state that do not belong to an optimiser's parameters. */
export class OptimizerError extends GyreError {}

/** Active dropout without a seed. */
export class DropoutError extends GyreError {}

/** Throws an `OptionError` unless `holds`. */
export function checkOption(
  where: string,
  name: string,
  value: number,
  holds: boolean,
  expected: string,
): void {
  if (!holds) throw new OptionError(`${where}: ${name} is ${value}; expected ${expected}`)
}

/** Throws an `OptionError` unless `value` is a finite number of at least 0. */
export function checkRate(where: string, name: string, value: number): void {
  checkOption(where, name, value, Number.isFinite(value) && value >= 0, 'a number of at least 0')
}

/** Throws an `OptionError` unless `value` is at least 0 and below 1. */
export function checkFraction(where: string, name: string, value: number): void {
  checkOption(where, name, value, value >= 0 && value < 1, 'a number from 0 to below 1')
}
