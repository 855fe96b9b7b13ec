import { useId, useRef } from 'preact/hooks'
import { useWidth } from '../../interface/use-width.js'
import type { Drawing, Preset } from './drawing.js'
import './drawing-pad.css'

interface DrawingPadProps {
  /** What is drawn: `The signal x`. */
  readonly label: string
  /** What its samples are called: `x` for x[0], x[1], … */
  readonly letter: string
  readonly drawing: Drawing
  readonly presets: readonly Preset[]
  /** Whether the sample visited last stays marked, because something else on the page shows it, too. */
  readonly marksVisited?: boolean
}

const height = 132
const margin = 14
const gutter = 26
const yOf = (value: number): number => height / 2 - value * (height / 2 - margin)

/** Where a visitor draws numbers from −1 to 1, with a pointer or with the arrow keys. */
export function DrawingPad({ label, letter, drawing, presets, marksVisited = false }: DrawingPadProps) {
  const [place, width] = useWidth<HTMLFieldSetElement>()
  const helpId = useId()
  const stroke = useRef<{ readonly index: number; readonly value: number } | undefined>(undefined)
  const samples = drawing.samples.value
  const visited = drawing.visited.value
  const band = (width - gutter) / samples.length

  const drawTo = (event: PointerEvent, svg: SVGSVGElement): void => {
    const { left, top } = svg.getBoundingClientRect()
    const index = Math.floor((event.clientX - left - gutter) / band)
    const to = {
      index: Math.max(0, Math.min(samples.length - 1, index)),
      value: (height / 2 - (event.clientY - top)) / (height / 2 - margin),
    }
    const begin = stroke.current ?? to
    drawing.draw(begin.index, begin.value, to.index, to.value)
    stroke.current = to
  }

  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    const change = steps[event.key]
    const move = moves[event.key]
    if (change !== undefined) drawing.set(index, samples[index]! + change)
    else if (move !== undefined) {
      drawing.visit(index + move)
      const group = (event.currentTarget as Element).parentElement!
      group.querySelectorAll<SVGElement>('[role=slider]')[drawing.visited.peek()]!.focus()
    } else return
    event.preventDefault()
  }

  return (
    <div class="drawing-pad">
      <div class="drawing-pad-head">
        <h3>{label}</h3>
        <fieldset class="ready-made" aria-label={`Ready-made: ${label}`}>
          {presets.map((preset) => (
            <button
              key={preset.name}
              type="button"
              aria-pressed={drawing.preset === preset}
              onClick={() => drawing.choose(preset)}
            >
              {preset.name}
            </button>
          ))}
        </fieldset>
      </div>
      <fieldset ref={place} class="pad" aria-label={label} aria-describedby={helpId}>
        <svg
          role="presentation"
          width={width}
          height={height}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            stroke.current = undefined
            drawTo(event, event.currentTarget)
          }}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) drawTo(event, event.currentTarget)
          }}
        >
          {[1, 0, -1].map((value) => (
            <g key={value}>
              <line
                class={value === 0 ? 'axis' : 'grid'}
                x1={gutter}
                x2={width}
                y1={yOf(value)}
                y2={yOf(value)}
              />
              <text x={gutter - 6} y={yOf(value)} dy="0.35em" text-anchor="end">
                {value === -1 ? '−1' : value}
              </text>
            </g>
          ))}
          {samples.map((value, index) => {
            const x = gutter + (index + 0.5) * band
            return (
              <g
                key={index}
                class={marksVisited && index === visited ? 'sample visited' : 'sample'}
                role="slider"
                tabindex={index === visited ? 0 : -1}
                aria-label={`${letter}[${index}]`}
                aria-orientation="vertical"
                aria-valuemin={-1}
                aria-valuemax={1}
                aria-valuenow={value}
                aria-valuetext={value.toFixed(2)}
                onFocus={() => drawing.visit(index)}
                onKeyDown={(event) => onKeyDown(event, index)}
              >
                <rect x={x - band / 2 + 1} y={2} width={Math.max(0, band - 2)} height={height - 4} rx={3} />
                <line class="stem" x1={x} x2={x} y1={yOf(0)} y2={yOf(value)} />
                <circle cx={x} cy={yOf(value)} r={Math.min(6, Math.max(2.5, band / 2.6))} />
              </g>
            )
          })}
        </svg>
      </fieldset>
      <p class="drawing-pad-foot">
        <span aria-hidden="true" class="readout">
          {letter}[{visited}] = {formatSample(samples[visited]!)}
        </span>
        <span id={helpId}>Draw with the pointer, or with the keys: ← → choose a sample, ↑ ↓ move it.</span>
      </p>
    </div>
  )
}

const steps: { readonly [key: string]: number } = {
  ArrowUp: 0.1,
  ArrowDown: -0.1,
  PageUp: 0.5,
  PageDown: -0.5,
  End: 2,
  Home: -2,
}
const moves: { readonly [key: string]: number } = { ArrowLeft: -1, ArrowRight: 1 }

function formatSample(value: number): string {
  return value.toFixed(2).replace('-', '−')
}
