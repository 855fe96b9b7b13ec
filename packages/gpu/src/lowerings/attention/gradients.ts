import { sizeOf, type TensorSpec } from '@gyre/tensor'
import type { Located, Lowering } from '../../kernel.js'
import type { Binding } from '../../program/step.js'
import { literal } from '../../wgsl/literal.js'
import { sumWithin } from '../../wgsl/packed-type.js'
import { layOutRows, reductionOverTeam, sumOfNumbers } from '../../wgsl/rows.js'
import { bindingOf, type HeadMatrix, loader, storer, type Tiles, workgroupSize } from './tiles.js'
import type { VisibleKeys } from './visible-keys.js'

/** What the kernels of the three gradients have in common. */
export interface Scores {
  readonly heads: number
  readonly tiles: Tiles
  readonly scale: number
  readonly visible: VisibleKeys
  /** For each query the logarithm that the forward pass saved, and the mean of its weights' gradients. */
  readonly statistics: Binding
}

/** For each query, as Σ P dP = grad · output is a sum over features instead of keys. */
export function rowStatistics(
  lowering: Lowering,
  {
    grad,
    output,
    logSumExp,
  }: { readonly grad: Located; readonly output: Located; readonly logSumExp: Located },
): Binding {
  const rows = sizeOf(logSumExp.shape)
  const layout = layOutRows(rows, featuresOf(grad))
  const { type, begin, each } = layout
  const statistics = { block: lowering.workspace(8 * rows), type: 'vec2<f32>' } as const
  lowering.dispatch({
    name: 'attentionBackward: rows',
    reads: {
      grad: { block: grad.block, type },
      output: { block: output.block, type },
      log_sum_exp: { block: logSumExp.block, type: 'f32' },
    },
    writes: { statistics },
    workgroups: layout.workgroups,
    workgroupSize: layout.workgroupSize,
    declarations: reductionOverTeam(sumOfNumbers, layout),
    body: `${begin}
  var own = ${type}();
  ${each('own += grad[i] * output[i];')}
  let mean = sum_of_numbers(lane, ${sumWithin(type, 'own')});
  if (has_row && place == 0u) { statistics[row] = vec2<f32>(log_sum_exp[row], mean); }`,
  })
  return statistics
}

/** One gradient: for each row of its matrix a sum of rows of another, with weights that scores give. */
export interface Gradient {
  readonly name: string
  /** Whether the rows of its tiles are queries, and the columns keys, or the other way round. */
  readonly rowsAre: 'queries' | 'keys'
  /** The matrices whose rows' products are the scores. */
  readonly scores: readonly [rows: HeadMatrix, columns: HeadMatrix]
  /** Those whose products are the weights' gradients: with them, rows are added with the scores' gradients. */
  readonly weightGrads?: readonly [rows: HeadMatrix, columns: HeadMatrix]
  readonly added: HeadMatrix
  readonly output: HeadMatrix
}

export function lowerGradient(lowering: Lowering, scores: Scores, gradient: Gradient): void {
  const { name, rowsAre, added, output, weightGrads = [] } = gradient
  const { heads, tiles, scale, visible, statistics } = scores
  const [ofRows, ofColumns] = gradient.scores
  const queries = rowsAre === 'queries' ? ofRows.rows : ofColumns.rows
  const read = [...new Set([...gradient.scores, ...weightGrads, added])]
  const weight = (row: string, column: string): string => {
    const [query, key] = rowsAre === 'queries' ? [row, column] : [column, row]
    const slope = weightGrads.length > 0 ? 'slope[r][c]' : '0.0'
    return `weight_of(head, ${query}, ${key}, score[r][c], ${slope})`
  }
  // Tiles in which no query sees a key are left out.
  const end = rowsAre === 'queries' ? 'seen_by_tile(first_row)' : `${ofColumns.rows}u`
  const leaveOut = rowsAre === 'keys' ? 'if (seen_by_tile(first) <= first_row) { continue; }' : ''
  lowering.dispatch({
    name: `attentionBackward: ${name}`,
    reads: {
      ...Object.fromEntries(read.map((matrix) => [matrix.name, bindingOf(matrix)])),
      ...visible.reads,
      statistics,
    },
    writes: { [output.name]: bindingOf(output) },
    workgroups: tiles.workgroups(heads, output.rows),
    workgroupSize,
    declarations: `${tiles.declarations}
${[visible.declarations, ...read.map(loader), storer(output)].join('\n')}
fn weight_of(head: u32, query_row: u32, key_row: u32, score: f32, slope: f32) -> f32 {
  if (!sees(head, query_row, key_row)) { return 0.0; }
  let of_row = statistics[head * ${queries}u + query_row];
  let weight = exp(score * ${literal(scale)} - of_row.x);
  return ${weightGrads.length > 0 ? `weight * (slope - of_row.y) * ${literal(scale)}` : 'weight'};
}`,
    body: `${tiles.begin(output.rows)}
  ${tiles.declareSums(added)}
  let end = ${end};
  for (var first = 0u; first < end; first += ${tiles.size}u) {
    ${leaveOut}
    let count = min(${tiles.size}u, end - first);
    ${tiles.products('score', ofRows, ofColumns, 'first')}
    ${weightGrads.length > 0 ? tiles.products('slope', weightGrads[0]!, weightGrads[1]!, 'first') : ''}
    ${tiles.setWeights('first', weight)}
    ${tiles.addToSums(added, 'first', 'count')}
  }
  ${tiles.storeSums(output)}`,
  })
}

function featuresOf({ shape }: TensorSpec): number {
  return shape.at(-1)!
}
