import type { Complex } from './complex.js'
import { formatComplex } from './format.js'

/** A complex number as a part of a formula; in brackets where it is multiplied. */
export function ComplexNumber({
  value,
  factor = false,
}: {
  readonly value: Complex
  readonly factor?: boolean
}) {
  const text = formatComplex(value)
  const needsBrackets = factor && (text.includes(' ') || text.startsWith('−'))
  return (
    <mrow>
      {needsBrackets && <mo>(</mo>}
      <mn>{text}</mn>
      {needsBrackets && <mo>)</mo>}
    </mrow>
  )
}
