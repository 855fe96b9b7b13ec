/** X[k] = Σ_j x[j] · exp(−2πi jk / n). */
export function DefinitionFormula() {
  return (
    <p class="formula-row">
      <math display="block">
        <mrow>
          <mi>X</mi>
          <mo>[</mo>
          <mi>k</mi>
          <mo>]</mo>
          <mo>=</mo>
          <munderover>
            <mo>∑</mo>
            <mrow>
              <mi>j</mi>
              <mo>=</mo>
              <mn>0</mn>
            </mrow>
            <mrow>
              <mi>n</mi>
              <mo>−</mo>
              <mn>1</mn>
            </mrow>
          </munderover>
          <mi>x</mi>
          <mo>[</mo>
          <mi>j</mi>
          <mo>]</mo>
          <mo>·</mo>
          <msup>
            <mi>e</mi>
            <mrow>
              <mo>−</mo>
              <mn>2</mn>
              <mi>π</mi>
              <mi>i</mi>
              <mo>·</mo>
              <mi>j</mi>
              <mi>k</mi>
              <mo>/</mo>
              <mi>n</mi>
            </mrow>
          </msup>
        </mrow>
      </math>
    </p>
  )
}

/** X[k] = E[k] + w·O[k] and X[k + n/2] = E[k] − w·O[k] with w = exp(−2πi k / n). */
export function SplitFormula() {
  return (
    <p class="formula-row">
      <math display="block">
        <mrow>
          <mi>X</mi>
          <mo>[</mo>
          <mi>k</mi>
          <mo>]</mo>
          <mo>=</mo>
          <Joined sign="+" />
        </mrow>
      </math>
      <math display="block">
        <mrow>
          <mi>X</mi>
          <mo>[</mo>
          <mi>k</mi>
          <mo>+</mo>
          <mi>n</mi>
          <mo>/</mo>
          <mn>2</mn>
          <mo>]</mo>
          <mo>=</mo>
          <Joined sign="−" />
        </mrow>
      </math>
      <math display="block">
        <mrow>
          <mi>w</mi>
          <mo>=</mo>
          <msup>
            <mi>e</mi>
            <mrow>
              <mo>−</mo>
              <mn>2</mn>
              <mi>π</mi>
              <mi>i</mi>
              <mo>·</mo>
              <mi>k</mi>
              <mo>/</mo>
              <mi>n</mi>
            </mrow>
          </msup>
        </mrow>
      </math>
    </p>
  )
}

function Joined({ sign }: { readonly sign: string }) {
  return (
    <mrow>
      <mi>E</mi>
      <mo>[</mo>
      <mi>k</mi>
      <mo>]</mo>
      <mo>{sign}</mo>
      <mi>w</mi>
      <mo>·</mo>
      <mi>O</mi>
      <mo>[</mo>
      <mi>k</mi>
      <mo>]</mo>
    </mrow>
  )
}
