/** A linear layer of a base model that can get an adapter. */
export interface Layer {
  readonly path: string
  readonly inFeatures: number
  readonly outFeatures: number
}

/** The layers that do the same in every block of a model, such as all `q_proj`. */
export interface LayerGroup {
  /** What it is called in a block: `q_proj`, `attention.output.dense`. */
  readonly name: string
  readonly layers: readonly Layer[]
  /** Names that mean these layers and no others. */
  readonly targets: readonly string[]
  readonly isAttention: boolean
}

/** Everything but the model's head, in the words of `findSites`. */
const everything = 'all-linear'

/** The layers by what they do, in the order of the first block. */
export function layerGroups(layers: readonly Layer[]): LayerGroup[] {
  const byPlace = new Map<string, Layer[]>()
  for (const layer of layers) {
    const place = layer.path.replace(/^.*\.\d+\./, '')
    byPlace.set(place, [...(byPlace.get(place) ?? []), layer])
  }
  return [...byPlace].map(([place, group]) => {
    const target = shortestTarget(place, group.length, layers)
    return {
      name: target ?? place,
      layers: group,
      // With the number of its block a name is the end of one path only.
      targets: target === undefined ? group.map(({ path }) => path.match(/\d+\.[^\d]*$/)![0]) : [target],
      isAttention: /attn|attention/.test(place),
    }
  })
}

/** The targets that mean these groups out of all. */
export function targetsOf(chosen: readonly LayerGroup[], all: readonly LayerGroup[]): readonly string[] {
  return chosen.length === all.length ? [everything] : chosen.flatMap(({ targets }) => targets)
}

/** The groups that targets mean. */
export function groupsOf(targets: readonly string[], all: readonly LayerGroup[]): LayerGroup[] {
  const isMeant = ({ path }: Layer): boolean =>
    targets.some((target) => target === everything || endsWithWords(path, target))
  return all.filter(({ layers }) => layers.every(isMeant))
}

/** The last words of a place that no other layers end in; undefined where others end in all of them. */
function shortestTarget(place: string, count: number, layers: readonly Layer[]): string | undefined {
  const words = place.split('.')
  return words
    .map((_, index) => words.slice(-1 - index).join('.'))
    .find((end) => layers.filter(({ path }) => endsWithWords(path, end)).length === count)
}

function endsWithWords(path: string, end: string): boolean {
  return path === end || path.endsWith(`.${end}`)
}
