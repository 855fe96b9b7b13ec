import * as Plot from '@observablehq/plot'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface PlotFigureProps {
  /** What a screen reader reads in place of the picture: what it shows, in words and numbers. */
  readonly label: string
  /** As Observable Plot takes them; colours are CSS variables of the page. */
  readonly options: Plot.PlotOptions
}

/** A plot that is as wide as its place. */
export function PlotFigure({ label, options }: PlotFigureProps) {
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const parent = place.current!
    const draw = () => {
      const plot = Plot.plot({ height: 240, ...options, width: Math.max(280, parent.clientWidth) })
      plot.setAttribute('aria-hidden', 'true')
      parent.replaceChildren(plot)
    }
    draw()
    const observer = new ResizeObserver(draw)
    observer.observe(parent)
    return () => observer.disconnect()
  }, [options])
  return <div class="plot" role="img" aria-label={label} ref={place} />
}
