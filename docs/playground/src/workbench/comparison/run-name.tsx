import { SeriesSwatch } from '../../interface/series.js'

/** A run's name behind the line and the symbol that it has in plots. */
export function RunName({ series, name }: { readonly series: number; readonly name: string }) {
  return (
    <span class="run-name">
      <SeriesSwatch index={series} />
      <span>{name}</span>
    </span>
  )
}
