/**
 * The radix-2 transform as kernels for gpu.js, which runs a function of JavaScript once for each number of its result.
 *
 * Kernels are text. gpu.js reads a function's text anyway, and what compilers, test runners and minifiers make of a
 * function, it cannot always read; text they leave alone. It is put together here when a plan is made, so that one
 * description gives the kernel of one stage, of two, or of more.
 *
 * The transform is decimation in time, in Stockham's order. After the stages that reach length L, with s = n/L, the
 * number X_L[k] of the subsequence x[r], x[r + s], x[r + 2s], … lies at k·s + r. So the input is a result of length 1
 * as it stands, the last result lies in order, and no stage reverses any bits. A stage from L to 2L writes at
 * k·h + r, with h = s/2 and 0 ≤ k < 2L, the butterfly of the textbook (radix2.ts):
 *
 *     X_2L[k]  =  E[k mod L]  +  w^(k·h) · O[k mod L],        w = exp(−2πi / n)
 *
 * where E is the subsequence that starts at r, and O the one that starts at r + h. The sign for k ≥ L is in the root.
 *
 * @source C. Van Loan, "Computational Frameworks for the Fast Fourier Transform", SIAM 1992, section 1.7.
 */

/** How many stages one kernel runs at most: with two, a number of the result reads four complex numbers. */
export const stagesPerKernel = 2

/**
 * A kernel of `stages` radix-2 stages at once, with everything between the first and the last in registers.
 * It is called with the rows x, [batch, n complex], the distance h that the last of its stages has, its reciprocal,
 * and `sign`, −1 for the inverse, and multiplies its result by `scale`. Constants: n, `perN`, and `roots`, the n powers
 * of w. Divisions are products with reciprocals, which are exact for powers of two; a GPU's division need not be.
 *
 * One number of the result needs both parts of what it is made of but only one part of itself; the rest of the tree of
 * butterflies below it is computed by each of its threads again, which is cheaper than to write it and read it back.
 */
export function stagesKernel(stages: number): string {
  const inputs = 2 ** stages
  const lines: string[] = []
  for (let q = 0; q < inputs; q++) {
    lines.push(
      `const re0_${q} = x[this.thread.y][from + ${2 * q} * h];`,
      `const im0_${q} = x[this.thread.y][from + ${2 * q} * h + 1];`,
    )
  }
  for (let stage = 1; stage <= stages; stage++) {
    // A stage before the last has the roots of a shorter transform: w^(k·h·half), powers of the last one's.
    const half = inputs / 2 ** stage
    const [c, s] = [`c${stage}`, `s${stage}`]
    lines.push(
      `const root${stage} = 2 * (${half} * kh - n * Math.floor(${half} * kh * this.constants.perN));`,
      `const ${c} = this.constants.roots[root${stage}];`,
      `const ${s} = sign * this.constants.roots[root${stage} + 1];`,
    )
    const [re, im] = [`re${stage - 1}`, `im${stage - 1}`]
    for (let even = 0; even < half; even++) {
      const odd = even + half
      lines.push(
        `const re${stage}_${even} = ${re}_${even} + ${c} * ${re}_${odd} - ${s} * ${im}_${odd};`,
        `const im${stage}_${even} = ${im}_${even} + ${c} * ${im}_${odd} + ${s} * ${re}_${odd};`,
      )
    }
  }
  return `function stages(x, h, perH, sign, scale) {
  const n = this.constants.n;
  const at = Math.floor(0.5 * this.thread.x);
  const isImaginary = this.thread.x - 2 * at;
  const kh = h * Math.floor(at * perH);
  const r = at - kh;
  const ks = ${inputs} * kh;
  const from = 2 * (ks - n * Math.floor(ks * this.constants.perN) + r);
  ${lines.join('\n  ')}
  if (isImaginary > 0.5) return scale * im${stages}_0;
  return scale * re${stages}_0;
}`
}
