import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { useWidth } from '../../interface/use-width.js'
import { complexAt } from '../complex.js'
import { formatComplex } from '../format.js'
import './butterfly-diagram.css'
import { Dial } from './dial.js'
import { applyButterfly, type Butterfly, butterflies, decimatedOrder, twiddle } from './stages.js'

interface ButterflyDiagramProps {
  readonly columns: readonly ArrayLike<number>[]
  /** The last column that has been computed so far. */
  readonly step: number
  readonly selected: Butterfly | undefined
  readonly onSelect: (butterfly: Butterfly) => void
  readonly onStep: (change: 1 | -1) => void
}

const rowHeights: { readonly [n: number]: number } = { 4: 52, 8: 40, 16: 28, 32: 22 }
const top = 34
const gutter = 46

/** The transform as its butterflies: a column for each stage, and in it a dial for each complex number. */
export function ButterflyDiagram({ columns, step, selected, onSelect, onStep }: ButterflyDiagramProps) {
  const [place, width] = useWidth<HTMLDivElement>()
  const helpId = useId()
  const keepsFocus = useRef(false)
  useLayoutEffect(() => {
    if (keepsFocus.current) place.current!.querySelector<SVGElement>('[role=radio][tabindex="0"]')?.focus()
    keepsFocus.current = false
  })
  const n = columns[0]!.length / 2
  const rowHeight = rowHeights[n]!
  const radius = Math.min(15, rowHeight / 2 - 2)
  const columnWidth = (width - 2 * gutter - 2 * radius) / (columns.length - 1)
  const xOf = (column: number): number => gutter + radius + column * columnWidth
  const yOf = (row: number): number => top + (row + 0.5) * rowHeight
  const stages = butterflies(n)
  const isNarrow = columnWidth < 70
  const longest = columns.map((column) =>
    Math.max(1e-6, ...Array.from({ length: n }, (_, row) => Math.hypot(...complexAt(column, row)))),
  )

  const lines = ({ stage, top, bottom }: Butterfly) => {
    const [left, right] = [xOf(stage - 1), xOf(stage)]
    return (
      <>
        <path
          class="from-a"
          d={`M${left} ${yOf(top)}H${right}M${left} ${yOf(top)}L${right} ${yOf(bottom)}`}
        />
        <path
          class="from-b"
          d={`M${left} ${yOf(bottom)}H${right}M${left} ${yOf(bottom)}L${right} ${yOf(top)}`}
        />
      </>
    )
  }

  const onKeyDown = (event: KeyboardEvent, stage: readonly Butterfly[], index: number): void => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const change = event.key === 'ArrowLeft' ? -1 : 1
      // Before the first stage there is no butterfly that could have the focus.
      if (stages[step + change - 1] === undefined) return
      onStep(change)
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const next = index + (event.key === 'ArrowDown' ? 1 : stage.length - 1)
      onSelect(stage[next % stage.length]!)
    } else return
    keepsFocus.current = true
    event.preventDefault()
  }

  /** The butterfly whose result would stand where the pointer is. */
  const selectAt = (event: PointerEvent, svg: SVGSVGElement): void => {
    const { left, top: upper } = svg.getBoundingClientRect()
    const stage = Math.ceil((event.clientX - left - xOf(0)) / columnWidth)
    const row = Math.floor((event.clientY - upper - top) / rowHeight)
    if (stage > step) return
    const found = stages[stage - 1]?.find((each) => each.top === row || each.bottom === row)
    if (found) onSelect(found)
  }

  const inStep = stages[step - 1] ?? []
  const focusable = inStep.find((each) => isSame(each, selected)) ?? inStep[0]
  return (
    <div class="butterfly-diagram" ref={place}>
      <div role="radiogroup" aria-label={`Butterflies of stage ${step}`} aria-describedby={helpId}>
        <svg
          role="presentation"
          width={width}
          height={top + n * rowHeight + 4}
          onPointerMove={(event) => selectAt(event, event.currentTarget)}
          onPointerDown={(event) => selectAt(event, event.currentTarget)}
        >
          {isNarrow && (
            <text x={0} y={18}>
              length
            </text>
          )}
          {columns.map((_, stage) => (
            <Transforms key={2 ** stage} {...{ stage, n, radius, top, rowHeight, isNarrow, x: xOf(stage) }} />
          ))}
          {stages.flat().map((each) => (
            <g key={`${each.stage} ${each.top}`} class={each.stage < step ? 'done' : 'ahead'}>
              {each.stage !== step && lines(each)}
            </g>
          ))}
          <g>
            {inStep.map((each, index) => (
              // biome-ignore lint/a11y/useSemanticElements: there are no inputs in an SVG.
              <g
                key={each.top}
                class="butterfly"
                role="radio"
                aria-checked={isSame(each, selected)}
                aria-label={sentenceOf(each, columns)}
                tabindex={each === focusable ? 0 : -1}
                onFocus={() => onSelect(each)}
                onKeyDown={(event) => onKeyDown(event, inStep, index)}
              >
                {lines(each)}
              </g>
            ))}
          </g>
          {selected && <g class="selected">{lines(selected)}</g>}
          {columns.map((column, stage) =>
            Array.from({ length: n }, (_, row) => (
              <Dial
                key={`${2 ** stage} ${row}`}
                x={xOf(stage)}
                y={yOf(row)}
                radius={radius}
                value={stage <= step ? complexAt(column, row) : undefined}
                longest={longest[stage]!}
                marked={isAtEndOf(selected, stage, row)}
              />
            )),
          )}
          {decimatedOrder(n, 0).map((index, row) => (
            <g key={index}>
              <text x={gutter - 8} y={yOf(row)} dy="0.35em" text-anchor="end">
                x[{index}]
              </text>
              <text x={width - gutter + 8} y={yOf(row)} dy="0.35em">
                X[{row}]
              </text>
            </g>
          ))}
        </svg>
      </div>
      <p id={helpId} class="help">
        Each dial is a complex number: the hand's length is its magnitude, beside the longest of its column,
        its angle the phase. Point at a butterfly, or use the keys: ↑ ↓ choose one, ← → go from stage to
        stage.
      </p>
    </div>
  )
}

/** The frames around the transforms that stand in a column, and their length above. */
function Transforms(props: {
  readonly stage: number
  readonly n: number
  readonly x: number
  readonly radius: number
  readonly top: number
  readonly rowHeight: number
  readonly isNarrow: boolean
}) {
  const { stage, n, x, radius, top, rowHeight, isNarrow } = props
  const length = 2 ** stage
  return (
    <>
      <text x={x} y={18} text-anchor="middle">
        {isNarrow ? length : stage === 0 ? 'samples' : `length ${length}`}
      </text>
      {Array.from({ length: n / length }, (_, group) => (
        <rect
          key={group}
          class="transform"
          x={x - radius - 4}
          y={top + group * length * rowHeight + 1}
          width={2 * radius + 8}
          height={length * rowHeight - 2}
          rx={radius / 2 + 3}
        />
      ))}
    </>
  )
}

function isSame(a: Butterfly, b: Butterfly | undefined): boolean {
  return a.stage === b?.stage && a.top === b.top
}

function isAtEndOf(butterfly: Butterfly | undefined, stage: number, row: number): 'a' | 'b' | undefined {
  if (butterfly === undefined || (stage !== butterfly.stage && stage !== butterfly.stage - 1))
    return undefined
  return row === butterfly.top ? 'a' : row === butterfly.bottom ? 'b' : undefined
}

/** What the formula says, for those who hear it. */
function sentenceOf(butterfly: Butterfly, columns: readonly ArrayLike<number>[]): string {
  const { stage, top, bottom, k, length } = butterfly
  const [a, b] = [complexAt(columns[stage - 1]!, top), complexAt(columns[stage - 1]!, bottom)]
  const [upper, lower] = applyButterfly(a, b, twiddle(butterfly))
  return (
    `Rows ${top} and ${bottom}: a is ${formatComplex(a)}, b is ${formatComplex(b)}, ` +
    `w is the root ${k} of ${length}; they make ${formatComplex(upper)} and ${formatComplex(lower)}`
  )
}
