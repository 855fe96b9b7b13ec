import { computed, signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Notice } from '../../interface/notice.js'
import { exactly } from '../../interface/numbers.js'
import { Section } from '../../interface/section.js'
import { Slider } from '../../interface/slider.js'
import type { PictureBackend } from '../backend.js'
import { backendTitles } from '../choose-backend.js'
import type { NumbersOf } from '../compute.js'
import { CostTable } from '../cost-table.js'
import { blur, Drawing, difference, impulse, noise, ramp, shift, square } from '../drawing/drawing.js'
import { DrawingPad } from '../drawing/drawing-pad.js'
import { formatDifference, formatNumber, largestDifference } from '../format.js'
import { HeatMap } from '../heat-map.js'
import { MagnitudePlot } from '../magnitude-plot.js'
import { useComputation } from '../use-computation.js'
import './circulant-picture.css'
import { BlocksFormula, CirculantFormula, ProductFormula } from './formulas.js'
import {
  type Block,
  blockCounts,
  circulantProducts,
  productFlops,
  sizeWhereTransformsWin,
} from './product.js'
import { ResultPlot } from './result-plot.js'

const sizes = Array.from({ length: 63 }, (_, i) => i + 2)
/** Rows of x that share the transform of c. */
const manyRows = 64

type Numbers = NumbersOf<ReturnType<typeof circulantProducts>>

/** A circulant block: what it is made of, what it does, and what that costs. */
export function CirculantPicture() {
  const { blockSize, c, x, block } = useMemo(() => {
    const blockSize = signal(16)
    const c = new Drawing(blockSize, blur)
    const x = new Drawing(blockSize, square)
    return { blockSize, c, x, block: computed((): Block => ({ c: c.samples.value, x: x.samples.value })) }
  }, [])
  const { computed: shown, problem } = useComputation(block, circulantProducts)
  const { input, numbers, on } = shown.value ?? {}
  return (
    <Section id="circulant" title="A circulant block">
      <p>
        A circulant matrix is given by its first column c: each further column is the one before it, moved
        down by one, and what falls out below comes in above.
      </p>
      <CirculantFormula />
      <div class="circulant-picture-size">
        <Slider label="Block size p" values={sizes} value={blockSize} />
      </div>
      <DrawingPad
        label="The first column c"
        letter="c"
        drawing={c}
        presets={[impulse, shift, blur, difference, ramp, noise]}
        marksVisited
      />
      {problem.value && <Notice kind="problem">{problem.value}</Notice>}
      {numbers && <MatrixAndSpectrum c={input!.c} visited={c.visited.value} numbers={numbers} />}
      {!numbers && !problem.value && <p class="circulant-pending">Computing …</p>}
      <DrawingPad label="An input x" letter="x" drawing={x} presets={[impulse, square, ramp, noise]} />
      {numbers && (
        <>
          <ProductAndCost p={input!.c.length} numbers={numbers} on={on!} />
          <MatrixOfBlocks p={input!.c.length} numbers={numbers} />
        </>
      )}
    </Section>
  )
}

function MatrixAndSpectrum(props: {
  readonly c: readonly number[]
  readonly visited: number
  readonly numbers: Numbers
}) {
  const { c, visited, numbers } = props
  const p = c.length
  const isMarked = useMemo(() => (r: number, s: number) => (r - s + p) % p === visited, [p, visited])
  return (
    <div class="circulant-block">
      <div>
        <h3>The matrix C</h3>
        <figure>
          <HeatMap
            label={`A matrix of ${p} × ${p} numbers, constant along its diagonals, which wrap around. First column: ${c.map(formatNumber).join(', ')}`}
            values={numbers.matrix}
            columns={p}
            isMarked={isMarked}
          />
          <figcaption>
            <span class="heat-swatch positive" /> positive, <span class="heat-swatch negative" /> negative.
            Outlined: c[
            {visited}] = {formatNumber(c[visited]!)}, which stands in {p} places.
          </figcaption>
        </figure>
      </div>
      <div>
        <h3>Its spectrum</h3>
        <p class="note">
          Fourier transforms turn C into a diagonal matrix, and these are the magnitudes of what stands on the
          diagonal: by how much C strengthens each frequency of x.
        </p>
        <MagnitudePlot letter="FFT(c)" spectrum={numbers.spectrum} />
      </div>
    </div>
  )
}

function ProductAndCost(props: {
  readonly p: number
  readonly numbers: Numbers
  readonly on: PictureBackend
}) {
  const { p, numbers, on } = props
  const transformsWinAt = useMemo(() => sizeWhereTransformsWin(sizes), [])
  const [one, many] = [productFlops(p, 1), productFlops(p, manyRows)]
  return (
    <div class="side-by-side">
      <div>
        <h3>The product, both ways</h3>
        <ProductFormula />
        <ResultPlot byMatrix={numbers.byMatrix} byTransforms={numbers.byTransforms} />
        <p class="note">
          Circles: the matrix times x. Dots: three transforms. Computed on {backendTitles[on.name]}; the
          largest difference is {formatDifference(largestDifference(numbers.byMatrix, numbers.byTransforms))}.
        </p>
      </div>
      <div>
        <h3>What it takes</h3>
        <CostTable
          caption={`Counted for p = ${p}, by tracing the two products`}
          columns={['parameters', 'FLOPs for one x', `FLOPs per x, ${manyRows} at once`]}
          rows={[
            { label: 'transforms', values: [p, one.byTransforms, many.byTransforms / manyRows] },
            { label: 'matrix', values: [p * p, one.byMatrix, many.byMatrix / manyRows] },
          ]}
        />
        <p class="note">
          The parameters are what learns: p in place of p². FLOPs are fewer than the matrix takes from p ={' '}
          {transformsWinAt} on for one x; several x share the transform of c.
        </p>
      </div>
    </div>
  )
}

function MatrixOfBlocks({ p, numbers }: { readonly p: number; readonly numbers: Numbers }) {
  const { q, k } = blockCounts
  return (
    <>
      <h3>From one block to a layer</h3>
      <div class="circulant-block">
        <figure>
          <HeatMap
            label={`A matrix of ${q} × ${k} circulant blocks, ${q * p} × ${k * p} numbers`}
            values={numbers.wideMatrix}
            columns={k * p}
            blockSize={p}
          />
          <figcaption>
            {q} × {k} blocks of {p} × {p}. The first is the one above; the others are random.
          </figcaption>
        </figure>
        <div>
          <p>
            A layer's matrix is rarely square, and one block has few numbers. So a block-circulant matrix B is
            cut into q × k blocks, each with a first column of its own. Each part of x is transformed once,
            the products are added up, and one transform leads back for each part of y:
          </p>
          <BlocksFormula />
          <p>
            That is {exactly(q * k * p)} parameters for a matrix of {exactly(q * k * p * p)} numbers.
            Fine-tuning leaves the layer's own weight W as it is and learns B: the layer gives (W + B) x. Both
            ways of computing B x differ by at most{' '}
            {formatDifference(largestDifference(numbers.wideByMatrix, numbers.wideByTransforms))}.
          </p>
        </div>
      </div>
    </>
  )
}
