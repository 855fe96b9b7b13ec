/** How the n-th series of a plot looks: told apart by colour, symbol and dashes, each of which would do alone. */
export interface SeriesStyle {
  readonly color: string
  readonly symbol: 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'star' | 'wye' | 'diamond2'
  readonly dashes: string
}

const symbols = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star', 'wye', 'diamond2'] as const
const dashes = ['none', '8 4', '2 3', '11 3 2 3', '15 5']

/** Contrast of 4.5 at least to the page, for the light one and the dark one. */
const colors = [
  { light: '#0b5cad', dark: '#7cb7ff' },
  { light: '#b93c0a', dark: '#ff9d6b' },
  { light: '#127239', dark: '#6ee08f' },
  { light: '#7e22ce', dark: '#cfa4ff' },
  { light: '#0e6f85', dark: '#5fd4e6' },
  { light: '#8a5a00', dark: '#f4c453' },
  { light: '#be185d', dark: '#ff8fc0' },
  { light: '#475569', dark: '#b6c2d1' },
]

export function seriesStyle(index: number): SeriesStyle {
  return {
    color: `var(--series-${index % colors.length})`,
    // After all colours are used the symbols begin one further.
    symbol: symbols[(index + Math.floor(index / colors.length)) % symbols.length]!,
    dashes: dashes[index % dashes.length]!,
  }
}

/** The colours as custom properties of a style sheet. */
export function seriesColors(theme: 'light' | 'dark'): string {
  return colors.map((color, i) => `--series-${i}: ${color[theme]};`).join(' ')
}
