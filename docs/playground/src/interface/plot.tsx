import * as Plot from '@observablehq/plot'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface PlotFigureProps {
  /** What a screen reader reads in place of the picture: what it shows, in words and numbers. */
  readonly label: string
  /** As Observable Plot takes them; colours are CSS variables of the page. A new object is a new drawing. */
  readonly options: Plot.PlotOptions
  /** Where a vertical line stands, as the x-axis counts. It moves without the plot being drawn anew. */
  readonly cursor?: number | undefined
  /**
   * Told where the pointer is, as the x-axis counts; undefined when it has left. What that shows has to be within reach
   * of the keyboard, too.
   */
  readonly onPoint?: (x: number | undefined) => void
}

/** How long a plot out of sight waits for other numbers. */
const unseenMilliseconds = 1000

/** A plot that is as wide as its place. */
export function PlotFigure({ label, options, cursor, onPoint }: PlotFigureProps) {
  const place = useRef<HTMLDivElement>(null)
  const line = useRef<HTMLDivElement>(null)
  const scale = useRef<Plot.Scale | undefined>(undefined)
  const isInSight = useRef(true)
  const latestCursor = useRef(cursor)
  latestCursor.current = cursor

  const moveLine = () => {
    const at = latestCursor.current
    const pixels = at === undefined ? Number.NaN : Number(scale.current?.apply(at))
    line.current!.hidden = !Number.isFinite(pixels)
    line.current!.style.transform = `translateX(${pixels}px)`
  }
  useLayoutEffect(() => {
    const parent = place.current!
    let drawnWidth = 0
    const draw = () => {
      const width = Math.max(280, parent.clientWidth)
      if (width === drawnWidth) return
      drawnWidth = width
      const plot = Plot.plot({ height: 240, ...options, width })
      plot.setAttribute('aria-hidden', 'true')
      parent.replaceChildren(plot)
      scale.current = plot.scale('x')
      moveLine()
    }
    // What nobody sees is drawn when no new numbers have come for a while: for a print, too, it has to be right.
    const later = isInSight.current ? undefined : setTimeout(draw, unseenMilliseconds)
    if (isInSight.current) draw()
    const inSight = new IntersectionObserver((entries) => {
      isInSight.current = entries.at(-1)!.isIntersecting
      if (isInSight.current) draw()
    })
    const resized = new ResizeObserver(() => isInSight.current && draw())
    inSight.observe(parent)
    resized.observe(parent)
    return () => {
      clearTimeout(later)
      inSight.disconnect()
      resized.disconnect()
    }
  }, [options])
  useLayoutEffect(moveLine, [cursor])

  const point = ({ clientX }: PointerEvent) => {
    const x = scale.current?.invert?.(clientX - place.current!.getBoundingClientRect().left)
    if (typeof x === 'number') onPoint?.(x)
  }
  // A finger that is lifted leaves what it has pointed at.
  const leave = ({ pointerType }: PointerEvent) => {
    if (pointerType !== 'touch') onPoint?.(undefined)
  }
  return (
    <div
      class="plot"
      role="img"
      aria-label={label}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={leave}
    >
      <div ref={place} />
      <div class="plot-cursor" ref={line} hidden />
    </div>
  )
}
