/** C[r, s] = c[(r − s) mod p]. */
export function CirculantFormula() {
  return (
    <p class="formula-row">
      <math display="block">
        <mrow>
          <mi>C</mi>
          <mo>[</mo>
          <mi>r</mi>
          <mo>,</mo>
          <mi>s</mi>
          <mo>]</mo>
          <mo>=</mo>
          <mi>c</mi>
          <mo>[</mo>
          <mo>(</mo>
          <mi>r</mi>
          <mo>−</mo>
          <mi>s</mi>
          <mo>)</mo>
          <mspace width="0.3em" />
          <mi>mod</mi>
          <mspace width="0.3em" />
          <mi>p</mi>
          <mo>]</mo>
        </mrow>
      </math>
    </p>
  )
}

/** y = C x = IFFT(FFT(c) ∘ FFT(x)). */
export function ProductFormula() {
  return (
    <p class="formula-row">
      <math display="block">
        <mrow>
          <mi>y</mi>
          <mo>=</mo>
          <mi>C</mi>
          <mi>x</mi>
          <mo>=</mo>
          <mi>IFFT</mi>
          <mo>(</mo>
          <mi>FFT</mi>
          <mo>(</mo>
          <mi>c</mi>
          <mo>)</mo>
          <mo>∘</mo>
          <mi>FFT</mi>
          <mo>(</mo>
          <mi>x</mi>
          <mo>)</mo>
          <mo>)</mo>
        </mrow>
      </math>
    </p>
  )
}

/** y_i = IFFT(Σ_j FFT(c_ij) ∘ FFT(x_j)). */
export function BlocksFormula() {
  return (
    <p class="formula-row">
      <math display="block">
        <mrow>
          <msub>
            <mi>y</mi>
            <mi>i</mi>
          </msub>
          <mo>=</mo>
          <mi>IFFT</mi>
          <mo>(</mo>
          <munder>
            <mo>∑</mo>
            <mi>j</mi>
          </munder>
          <mi>FFT</mi>
          <mo>(</mo>
          <msub>
            <mi>c</mi>
            <mrow>
              <mi>i</mi>
              <mi>j</mi>
            </mrow>
          </msub>
          <mo>)</mo>
          <mo>∘</mo>
          <mi>FFT</mi>
          <mo>(</mo>
          <msub>
            <mi>x</mi>
            <mi>j</mi>
          </msub>
          <mo>)</mo>
          <mo>)</mo>
        </mrow>
      </math>
    </p>
  )
}
