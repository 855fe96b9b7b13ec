import { isNaNWithin, largestWithin, type PackedType, sumWithin } from './packed-type.js'
import type { Reduction } from './rows.js'

/** The least finite f32. The largest of no numbers: unlike -∞ it can be subtracted from another -∞. */
export const lowest = '-3.4028234e38f'

/**
 * Numbers x in one pass, as the pair of the largest and of Σ exp(x - largest): the sum is scaled when a larger one
 * comes.
 * @source Milakov, Gimelshein: Online normalizer calculation for softmax. arXiv 1805.02867, algorithm 3.
 */
export const sumOfExponentials: Reduction = {
  name: 'sum_of_exponentials',
  type: 'vec2<f32>',
  combine: (a, b) => `joined_exponentials(${a}, ${b})`,
  declarations: `fn joined_exponentials(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let largest = max(a.x, b.x);
  return vec2<f32>(largest, a.y * exp(a.x - largest) + b.y * exp(b.x - largest));
}`,
}

/**
 * In WGSL: the logarithm of such a sum, which is 1 at least where the numbers are; a device's own may make a number of
 * NaN. Where there is nothing above -∞ it is NaN, too.
 */
export const logOfSum = `fn log_of_sum(sum: f32) -> f32 {
  if (sum > 0.5) { return log(sum); }
  return bitcast<f32>(bitcast<u32>(sum) | 0x7fc00000u);
}`

/** In WGSL: such a pair of no numbers, as the variable `name`. */
export function noExponentials(name: string): string {
  return `var ${name} = vec2<f32>(${lowest}, 0.0);`
}

/** In WGSL: statements that add a packed value to such a pair. A device's own exp may make a number of NaN. */
export function addExponentials(pair: string, type: PackedType, value: string): string {
  return `let added = ${value};
    let largest = max(${pair}.x, ${largestWithin(type, 'added')});
    let exponentials = select(exp(added - largest), added, ${isNaNWithin(type, 'added')});
    ${pair} = vec2<f32>(largest, ${pair}.y * exp(${pair}.x - largest) + ${sumWithin(type, 'exponentials')});`
}
