import { formatDuration, meanOf } from '@gyre/report'
import { isAtEdge, type Place, placeName, placesOf } from './places.js'
import type { Measure, StudyResults } from './study-results.js'
import { type JudgedPlace, type JudgedSize, judgePlaces, margins, rivalries } from './verdicts.js'

/** A judged place that suggests a size. */
type Decided = JudgedPlace & { readonly suggested: JudgedSize }

/**
 * What block size a user should take, in one paragraph, and what the numbers do not decide. Every place that has all of
 * BCA's sizes suggests the largest one that is level with its best; the advice is the most careful of these, as a share of the
 * layers' width.
 */
export function advice(results: StudyResults): string {
  const places = placesOf(results)
  const judged = judgePlaces(places, results)
  const decided = judged.filter((each): each is Decided => each.suggested !== undefined)
  if (decided.length === 0) {
    const reason =
      judged.length === 0
        ? 'no model and task has every size of BCA with all its seeds yet'
        : 'one seed tells no two sizes apart'
    return `**These results do not say which block size to take:** ${reason}.`
  }
  return [
    ...whatToTake(decided),
    whatHalvingBrings(judged),
    ...whatItCosts(decided),
    ...besideOthers(places),
    ...whatIsOpen(judged, decided, results),
  ].join(' ')
}

/** How many blocks stand beside each other across the width. */
const blocksAcross = ({ width, suggested }: Decided): number => width / suggested.blockSize

function whatToTake(decided: readonly Decided[]): string[] {
  const across = decided.map(blocksAcross)
  const careful = Math.max(...across)
  const widths = new Map(decided.map((each) => [each.place.model, each]))
  const sizes = [...widths].map(([model, { sizes, width }]) => {
    const size = sizes.findLast(({ blockSize }) => blockSize <= width / careful) ?? sizes[0]!
    return `p = ${size.blockSize} in the ${model} (width ${width})`
  })
  const each = decided.map(
    ({ place, suggested, best }) =>
      `p = ${suggested.blockSize} for ${place.name} (${distance(suggested, place)}, best p = ${best.blockSize})`,
  )
  const spread = careful / Math.min(...across)
  const everySmallerIsBetter = decided.some(({ suggested }) => suggested.blockSize === 1)
  return [
    everySmallerIsBetter
      ? '**Take the smallest blocks that your budget of numbers allows:** no size above p = 1 is level with the best one everywhere.'
      : `**Take blocks of ${share(careful)} of the layers’ width: ${sizes.join(', ')}.**`,
    `That is the most careful answer of ${each.length === 1 ? 'one place' : `${each.length} places`}. The largest block that the seeds show to be level with the best one, which is within ${marginsText(decided)}, is ${each.join('; ')}.`,
    ...(spread >= 4
      ? [`These lie a factor of ${spread} apart: where it matters, try two sizes on your own task.`]
      : []),
  ]
}

/** By how much the measure changes on average where p is halved: the slope of a line through all sizes. */
function whatHalvingBrings(judged: readonly JudgedPlace[]): string {
  const texts = judged.map(({ place, sizes }) => {
    const points = sizes.map(({ blockSize, behindBest }) => [Math.log2(blockSize), behindBest.mean] as const)
    const [middle, average] = [meanOf(points.map(([x]) => x)), meanOf(points.map(([, y]) => y))]
    const slope =
      points.reduce((sum, [x, y]) => sum + (x - middle) * (y - average), 0) /
      points.reduce((sum, [x]) => sum + (x - middle) ** 2, 0)
    return `${slope.toFixed(3)} ${place.measure === 'loss' ? 'nats per token' : 'of accuracy'} for ${place.name}`
  })
  return `On average over all sizes, halving p, which doubles the numbers, is worth ${texts.join(', ')}.`
}

function share(across: number): string {
  return across === 1 ? 'the whole' : `1/${across}`
}

function distance({ behindBest: { mean, halfWidth } }: JudgedSize, { measure }: Place): string {
  if (halfWidth === undefined) return 'the best itself'
  return `${mean.toFixed(3)} ± ${halfWidth.toFixed(3)} ${measure === 'loss' ? 'above' : 'below'} the best`
}

function marginsText(decided: readonly Decided[]): string {
  const texts: { readonly [Name in Measure]: string } = {
    accuracy: `${margins.accuracy} of accuracy`,
    loss: `${margins.loss} nats per token`,
  }
  return [...new Set(decided.map(({ place }) => texts[place.measure]))].join(' or ')
}

function whatItCosts(decided: readonly Decided[]): string[] {
  const other = decided.filter(({ suggested, best }) => suggested !== best)
  if (other.length === 0) return []
  const texts = other.map(({ place, suggested, best }) => {
    const [numbers, seconds] = [
      suggested.setting.trainableParameters / best.setting.trainableParameters,
      secondsOf(suggested) / secondsOf(best),
    ]
    return `${percent(numbers)} of the numbers and ${percent(seconds)} of the time of a run for ${place.name} (${formatDuration(secondsOf(suggested))} of a processor)`
  })
  return [`Beside the best size it takes ${texts.join('; ')}.`]
}

function secondsOf({ setting }: JudgedSize): number {
  return meanOf(setting.runs.map(({ processorSeconds }) => processorSeconds))
}

function percent(ratio: number): string {
  return `${Math.round(100 * ratio)} %`
}

function besideOthers(places: readonly Place[]): string[] {
  const texts = rivalries(places).flatMap(({ row, ahead, behind, open }) => {
    const all = ahead + behind + open
    return all === 0 ? [] : [`${row} better at ${ahead} of ${all} budgets and worse at ${behind}`]
  })
  return texts.length === 0
    ? []
    : [`With at most as many numbers as a size of BCA the seeds show ${texts.join(', ')}.`]
}

function whatIsOpen(
  judged: readonly JudgedPlace[],
  decided: readonly Decided[],
  results: StudyResults,
): string[] {
  const open = decided.flatMap(({ place, sizes, suggested }) => {
    const larger = sizes.filter(
      ({ blockSize, verdict }) => verdict === 'open' && blockSize > suggested.blockSize,
    )
    return larger.length === 0
      ? []
      : [`${place.name}, p = ${larger.map(({ blockSize }) => blockSize).join(', ')}`]
  })
  const names = new Set(results.settings.map(placeName))
  const absent = [...names].filter((name) => !judged.some(({ place }) => place.name === name))
  const atEdge = decided.flatMap(({ sizes }) => sizes).filter(({ setting }) => isAtEdge(setting))
  return [
    ...(open.length > 0
      ? [`Whether larger blocks are level, the seeds leave open: ${open.join('; ')}.`]
      : []),
    ...(absent.length > 0 ? [`Nothing is said of ${absent.join('; ')}, where seeds are missing.`] : []),
    ...(atEdge.length > 0
      ? [
          `Of BCA’s ${decided.flatMap(({ sizes }) => sizes).length} sizes ${atEdge.length} had their best rate at the edge of those tried, and may do better beyond.`,
        ]
      : []),
  ]
}
