/** How one of several things that are compared looks: told apart by colour, dashes and symbol, each of which would do. */
export interface SeriesStyle {
  readonly color: string
  readonly dashes: string
  readonly symbol: 'circle' | 'square' | 'triangle' | 'diamond'
  /** The symbol around 0, as large as in a plot. */
  readonly symbolPath: string
}

const styles: readonly SeriesStyle[] = [
  {
    color: 'var(--series-1)',
    dashes: 'none',
    symbol: 'circle',
    symbolPath: 'M-4 0A4 4 0 1 1 4 0A4 4 0 1 1-4 0Z',
  },
  { color: 'var(--series-2)', dashes: '7 4', symbol: 'square', symbolPath: 'M-3.5-3.5H3.5V3.5H-3.5Z' },
  { color: 'var(--series-3)', dashes: '2 3', symbol: 'triangle', symbolPath: 'M0-5L4.5 3.5H-4.5Z' },
  {
    color: 'var(--series-4)',
    dashes: '9 3 2 3',
    symbol: 'diamond',
    symbolPath: 'M0-5.5L3.5 0L0 5.5L-3.5 0Z',
  },
]

/** The look of the n-th of up to four things. */
export function styleOfSeries(index: number): SeriesStyle {
  return styles[index % styles.length]!
}

/** The line and the symbol of a series, to stand before its name. */
export function SeriesSwatch({ index }: { readonly index: number }) {
  const { color, dashes, symbolPath } = styleOfSeries(index)
  return (
    <svg class="swatch" width="36" height="14" viewBox="-18 -7 36 14" aria-hidden="true">
      <path d="M-17 0H17" stroke={color} stroke-width="2" stroke-dasharray={dashes} />
      <path d={symbolPath} fill={color} />
    </svg>
  )
}
