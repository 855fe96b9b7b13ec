import { useLayoutEffect, useRef } from 'preact/hooks'
import './heat-map.css'

interface HeatMapProps {
  /** What a screen reader reads in place of the picture. */
  readonly label: string
  /** A matrix, row after row. */
  readonly values: ArrayLike<number>
  readonly columns: number
  /** The places that are outlined. */
  readonly isMarked?: (row: number, column: number) => boolean
  /** Lines are drawn around blocks of this size. */
  readonly blockSize?: number
}

const sides = 720

/** A matrix in colours: one for positive numbers and one for negative ones, stronger for larger ones. */
export function HeatMap({ label, values, columns, isMarked, blockSize }: HeatMapProps) {
  const place = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const draw = () => paint(place.current!, { values, columns, isMarked, blockSize })
    draw()
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', draw)
    return () => scheme.removeEventListener('change', draw)
  }, [values, columns, isMarked, blockSize])
  return <canvas class="heat-map" role="img" aria-label={label} ref={place} />
}

function paint(
  canvas: HTMLCanvasElement,
  { values, columns, isMarked, blockSize }: Omit<HeatMapProps, 'label'>,
): void {
  const rows = values.length / columns
  const cell = Math.max(1, Math.floor(sides / Math.max(rows, columns)))
  canvas.width = columns * cell
  canvas.height = rows * cell
  const context = canvas.getContext('2d')!
  const [positive, negative, line] = ['--series-1', '--series-2', '--text'].map((name) =>
    colorOf(canvas, name),
  )
  const largest = Math.max(...Array.from(values, Math.abs)) || 1
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!
    context.globalAlpha = Math.abs(value) / largest
    context.fillStyle = (value < 0 ? negative : positive)!
    context.fillRect((at % columns) * cell, Math.floor(at / columns) * cell, cell, cell)
  }
  context.globalAlpha = 1
  context.strokeStyle = line!
  context.lineWidth = Math.max(1.5, cell / 24)
  const inset = context.lineWidth / 2
  for (let at = 0; isMarked && at < values.length; at++) {
    const [row, column] = [Math.floor(at / columns), at % columns]
    if (isMarked(row, column))
      context.strokeRect(column * cell + inset, row * cell + inset, cell - 2 * inset, cell - 2 * inset)
  }
  if (blockSize === undefined) return
  context.lineWidth = 3
  for (let row = 0; row < rows; row += blockSize)
    for (let column = 0; column < columns; column += blockSize)
      context.strokeRect(column * cell, row * cell, blockSize * cell, blockSize * cell)
}

/** One of the page's colours as the canvas takes it: in the scheme that the page has now. */
function colorOf(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`
  const { color } = getComputedStyle(element)
  element.style.color = ''
  return color
}
