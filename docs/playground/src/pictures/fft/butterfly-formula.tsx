import { type Complex, complexAt } from '../complex.js'
import { ComplexNumber } from '../complex-number.js'
import { applyButterfly, type Butterfly, twiddle } from './stages.js'

interface ButterflyFormulaProps {
  readonly butterfly: Butterfly
  readonly columns: readonly ArrayLike<number>[]
}

/** What a butterfly computes, in letters and in numbers. */
export function ButterflyFormula({ butterfly, columns }: ButterflyFormulaProps) {
  const { stage, length, k, top, bottom } = butterfly
  const a = complexAt(columns[stage - 1]!, top)
  const b = complexAt(columns[stage - 1]!, bottom)
  const w = twiddle(butterfly)
  const [upper, lower] = applyButterfly(a, b, w)
  return (
    <div class="butterfly-formula">
      <p>
        Rows {top} and {bottom}: two transforms of length {length / 2} give bins {k} and {k + length / 2} of
        one of length {length}.
      </p>
      <dl>
        <dt class="a">
          <math>
            <mi>a</mi>
          </math>
        </dt>
        <dd>
          <math>
            <ComplexNumber value={a} />
          </math>
        </dd>
        <dt class="b">
          <math>
            <mi>b</mi>
          </math>
        </dt>
        <dd>
          <math>
            <ComplexNumber value={b} />
          </math>
        </dd>
        <dt>
          <math>
            <mi>w</mi>
          </math>
        </dt>
        <dd>
          <math>
            <mrow>
              <msup>
                <mi>e</mi>
                <mrow>
                  <mo>−</mo>
                  <mn>2</mn>
                  <mi>π</mi>
                  <mi>i</mi>
                  <mo>·</mo>
                  <mn>{k}</mn>
                  <mo>/</mo>
                  <mn>{length}</mn>
                </mrow>
              </msup>
              <mo>=</mo>
              <ComplexNumber value={w} />
            </mrow>
          </math>
        </dd>
      </dl>
      <Result sign="+" {...{ a, b, w }} value={upper} />
      <Result sign="−" {...{ a, b, w }} value={lower} />
    </div>
  )
}

function Result(props: {
  readonly sign: string
  readonly a: Complex
  readonly b: Complex
  readonly w: Complex
  readonly value: Complex
}) {
  const { sign, a, b, w, value } = props
  return (
    <p class="result">
      <math>
        <mrow>
          <mi>a</mi>
          <mo>{sign}</mo>
          <mi>w</mi>
          <mo>·</mo>
          <mi>b</mi>
          <mo>=</mo>
          <ComplexNumber value={a} />
          <mo>{sign}</mo>
          <ComplexNumber value={w} factor />
          <mo>·</mo>
          <ComplexNumber value={b} factor />
        </mrow>
      </math>{' '}
      <math>
        <mrow>
          <mo>=</mo>
          <ComplexNumber value={value} />
        </mrow>
      </math>
    </p>
  )
}
