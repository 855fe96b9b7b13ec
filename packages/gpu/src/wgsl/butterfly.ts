import { literal } from './literal.js'

/**
 * In WGSL: the Fourier transform of as many complex numbers as there are `values`, in place and in order:
 * `X[k] = Σⱼ x[j] exp(-2πi jk / r)` for r = 1, 2, 4 or an odd r. `values` are variables of type vec2<f32>.
 */
export function butterfly(values: readonly string[]): string {
  switch (values.length) {
    case 1:
      return ''
    case 2: {
      const [a, b] = values as [string, string]
      return `{ let difference = ${a} - ${b}; ${a} += ${b}; ${b} = difference; }`
    }
    case 4:
      return radix4(values)
    default:
      return oddRadix(values)
  }
}

function radix4([a, b, c, d]: readonly string[]): string {
  return `{
    let even_sum = ${a} + ${c};
    let even_difference = ${a} - ${c};
    let odd_sum = ${b} + ${d};
    let odd_difference = ${b} - ${d};
    let turned = vec2<f32>(odd_difference.y, -odd_difference.x);
    ${a} = even_sum + odd_sum;
    ${b} = even_difference + turned;
    ${c} = even_sum - odd_sum;
    ${d} = even_difference - turned;
  }`
}

/** An odd radix by its definition; x[j] and x[r - j] have the same cosines and opposite sines. */
function oddRadix(values: readonly string[]): string {
  const r = values.length
  const pairs = Array.from({ length: (r - 1) / 2 }, (_, m) => m + 1)
  const [first] = values
  const along = (k: number, part: (angle: number) => number, name: string) =>
    pairs.map((m) => `${literal(part((2 * Math.PI * ((k * m) % r)) / r))} * ${name}${m}`).join(' + ')
  return `{
    let first = ${first};
    ${pairs.map((m) => `let s${m} = ${values[m]} + ${values[r - m]}; let d${m} = ${values[m]} - ${values[r - m]};`).join('\n    ')}
    ${first} = first + ${pairs.map((m) => `s${m}`).join(' + ')};
    ${pairs
      .map(
        (k) => `let c${k} = first + ${along(k, Math.cos, 's')};
    let q${k} = ${along(k, Math.sin, 'd')};
    ${values[k]} = c${k} + vec2<f32>(q${k}.y, -q${k}.x);
    ${values[r - k]} = c${k} - vec2<f32>(q${k}.y, -q${k}.x);`,
      )
      .join('\n    ')}
  }`
}
