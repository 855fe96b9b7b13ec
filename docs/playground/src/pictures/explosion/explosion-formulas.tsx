import type { ComponentChildren } from 'preact'

/** `gc[t] = Σ_s G[(t + s) mod p, s]`: a number's gradient is a sum over its p places. */
export function GradientFormula() {
  return (
    <math display="block" class="formula">
      <mfrac>
        <mrow>
          <mi>∂</mi>
          <mi>L</mi>
        </mrow>
        <mrow>
          <mi>∂</mi>
          <msub>
            <mi>c</mi>
            <mi>t</mi>
          </msub>
        </mrow>
      </mfrac>
      <mo>=</mo>
      <munderover>
        <mo>∑</mo>
        <mrow>
          <mi>s</mi>
          <mo>=</mo>
          <mn>0</mn>
        </mrow>
        <mrow>
          <mi>p</mi>
          <mo>−</mo>
          <mn>1</mn>
        </mrow>
      </munderover>
      <mfrac>
        <mrow>
          <mi>∂</mi>
          <mi>L</mi>
        </mrow>
        <mrow>
          <mi>∂</mi>
          <msub>
            <mi>B</mi>
            <mrow>
              <mo>(</mo>
              <mi>t</mi>
              <mo>+</mo>
              <mi>s</mi>
              <mo>)</mo>
              <mspace width="0.3em" />
              <mi>mod</mi>
              <mspace width="0.3em" />
              <mi>p</mi>
              <mo>,</mo>
              <mspace width="0.2em" />
              <mi>s</mi>
            </mrow>
          </msub>
        </mrow>
      </mfrac>
    </math>
  )
}

/** How much larger than a dense gradient's entries the sum is, in its root mean square. */
export function GrowthFormula() {
  return (
    <math display="block" class="formula">
      <mtable>
        <GrowthRow when="independent terms">
          <msqrt>
            <mi>p</mi>
          </msqrt>
        </GrowthRow>
        <GrowthRow when="terms that agree">
          <mi>p</mi>
        </GrowthRow>
      </mtable>
    </math>
  )
}

function GrowthRow({ children, when }: { readonly children: ComponentChildren; readonly when: string }) {
  return (
    <mtr>
      <mtd>
        <RootMeanSquareOfGradient by="c" />
        <mo>≈</mo>
        {children}
        <mo>·</mo>
        <RootMeanSquareOfGradient by="B" />
      </mtd>
      <mtd>
        <mtext>{when}</mtext>
      </mtd>
    </mtr>
  )
}

function RootMeanSquareOfGradient({ by }: { readonly by: string }) {
  return (
    <>
      <mi>rms</mi>
      <mspace width="0.2em" />
      <mfrac>
        <mrow>
          <mi>∂</mi>
          <mi>L</mi>
        </mrow>
        <mrow>
          <mi>∂</mi>
          <mi>{by}</mi>
        </mrow>
      </mfrac>
    </>
  )
}

/** A number of a circulant block. */
export function Kernel() {
  return (
    <math>
      <msub>
        <mi>c</mi>
        <mi>t</mi>
      </msub>
    </math>
  )
}

/** `α → α / p`: what the paper does about it. */
export function RateFormula() {
  return (
    <math>
      <mi>α</mi>
      <mo>→</mo>
      <mi>α</mi>
      <mo>/</mo>
      <mi>p</mi>
    </math>
  )
}
