import { ops, type TensorSpec } from '@gyre/tensor'
import { kernelFor, type Located } from '../kernel.js'
import { logOfSum, lowest } from '../wgsl/exponentials.js'
import { literal } from '../wgsl/literal.js'
import { largestNumber, reductionOverTeam, sumOfNumbers } from '../wgsl/rows.js'
import { lowerGradient, rowStatistics } from './attention/gradients.js'
import { bindingOf, type HeadMatrix, loader, storer, Tiles, workgroupSize } from './attention/tiles.js'
import { type Sizes, visibleKeys } from './attention/visible-keys.js'

/** Features of a head whose sums an invocation can keep in registers; beyond, the composition runs. */
const mostFeatures = 256

export const attentionKernels = {
  attention: kernelFor(ops.attention, {
    dtypes: ['float32', 'int32', 'bool'],
    takes: ({ query, key }) => fits(query, key),
    lower: ({ query, key, value, keyMask }, { causal, scale }, { output, logSumExp }, lowering) => {
      const sizes = sizesOf(query, key)
      const q = matrix('query', query, sizes.rows)
      const k = matrix('key', key, sizes.keys)
      const v = matrix('value', value, sizes.keys)
      const o = matrix('output', output, sizes.rows)
      const tiles = Tiles.for(sizes.rows)
      const visible = visibleKeys(lowering, sizes, causal, keyMask, tiles)
      // Some invocations share a row's softmax, one key each in turn; each has its own sum of what it had so far.
      const team = workgroupSize / tiles.size
      const weight = tiles.weightAt('softmax_row', 'k')
      const eachKey = `for (var k = lane % ${team}u; k < count; k += ${team}u)`
      lowering.dispatch({
        name: 'attention',
        reads: { query: bindingOf(q), key: bindingOf(k), value: bindingOf(v), ...visible.reads },
        writes: { output: bindingOf(o), log_sum_exp: { block: logSumExp.block, type: 'f32' } },
        workgroups: tiles.workgroups(sizes.heads, sizes.rows),
        workgroupSize,
        declarations: `${tiles.declarations}
var<workgroup> factors: array<f32, ${tiles.size}>;
${[largestNumber, sumOfNumbers].map((each) => reductionOverTeam(each, { team, workgroupSize })).join('\n')}
${[visible.declarations, logOfSum, ...[q, k, v].map(loader), storer(o)].join('\n')}`,
        body: `${tiles.begin(sizes.rows)}
  ${tiles.declareSums(v)}
  var largest = ${lowest};
  var total = 0.0;
  let softmax_row = lane / ${team}u;
  let end = seen_by_tile(first_row);
  for (var first_key = 0u; first_key < end; first_key += ${tiles.size}u) {
    ${tiles.products('score', q, k, 'first_key')}
    ${tiles.setWeights('first_key', (row, column) => `select(${lowest}, score[r][c] * ${literal(scale)}, sees(head, ${row}, ${column}))`)}
    workgroupBarrier();
    let before = largest;
    let count = min(${tiles.size}u, end - first_key);
    ${eachKey} { largest = max(largest, ${weight}); }
    largest = largest_number(lane, largest);
    let factor = exp(before - largest);
    total *= factor;
    ${eachKey} {
      let score = ${weight};
      let weight = select(exp(score - largest), 0.0, score == ${lowest});
      total += weight;
      ${weight} = weight;
    }
    if (lane % ${team}u == 0u) { factors[softmax_row] = factor; }
    workgroupBarrier();
    ${tiles.scaleSums(v, (row) => `factors[${row}]`)}
    ${tiles.addToSums(v, 'first_key', 'count')}
  }
  total = sum_of_numbers(lane, total);
  let row = first_row + softmax_row;
  if (lane % ${team}u == 0u) {
    factors[softmax_row] = 1.0 / total;
    if (row < ${sizes.rows}u) { log_sum_exp[head * ${sizes.rows}u + row] = largest + log_of_sum(total); }
  }
  workgroupBarrier();
  ${tiles.scaleSums(v, (row) => `factors[${row}]`)}
  ${tiles.storeSums(o)}`,
      })
    },
  }),
  // The weights are computed again, for each of the three gradients.
  attentionBackward: kernelFor(ops.attentionBackward, {
    dtypes: ['float32', 'int32', 'bool'],
    takes: ({ query, key }) => fits(query, key),
    lower: (inputs, { causal, scale }, results, lowering) => {
      const sizes = sizesOf(inputs.query, inputs.key)
      const { heads, rows, keys } = sizes
      const query = matrix('query', inputs.query, rows)
      const grad = matrix('grad', inputs.grad, rows)
      const key = matrix('key', inputs.key, keys)
      const value = matrix('value', inputs.value, keys)
      const tiles = Tiles.for(rows)
      const visible = visibleKeys(lowering, sizes, causal, inputs.keyMask, tiles)
      const scores = { heads, tiles, scale, visible, statistics: rowStatistics(lowering, inputs) }
      // With P the weights and dS = P ∘ (grad valueᵀ - mean) · scale: dS key, dSᵀ query, Pᵀ grad.
      lowerGradient(lowering, scores, {
        name: 'query',
        rowsAre: 'queries',
        scores: [query, key],
        weightGrads: [grad, value],
        added: key,
        output: matrix('output', results.query, rows),
      })
      lowerGradient(lowering, scores, {
        name: 'key',
        rowsAre: 'keys',
        scores: [key, query],
        weightGrads: [value, grad],
        added: query,
        output: matrix('output', results.key, keys),
      })
      lowerGradient(lowering, scores, {
        name: 'value',
        rowsAre: 'keys',
        scores: [key, query],
        added: grad,
        output: matrix('output', results.value, keys),
      })
    },
  }),
}

function fits(query: TensorSpec, key: TensorSpec): boolean {
  const hasNumbers = ![...query.shape, ...key.shape].includes(0)
  return query.dtype === 'float32' && hasNumbers && query.shape[3]! <= mostFeatures
}

function sizesOf(query: TensorSpec, key: TensorSpec): Sizes {
  const [batch, queryHeads, queries, features] = query.shape as readonly [number, number, number, number]
  const [, keyHeads, keys] = key.shape as readonly [number, number, number, number]
  const rows = (queryHeads / keyHeads) * queries
  return { heads: batch * keyHeads, keyHeads, rows, queries, keys, features }
}

function matrix(name: string, { block, shape }: Located, rows: number): HeadMatrix {
  return { name, block, rows, features: shape[3]! }
}
