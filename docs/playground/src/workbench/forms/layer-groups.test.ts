import { describe, expect, it } from 'vitest'
import { groupsOf, layerGroups, targetsOf } from './layer-groups.js'

const layers = (paths: readonly string[]) =>
  paths.flatMap((path) =>
    [0, 1].map((block) => ({ path: path.replace('*', String(block)), inFeatures: 8, outFeatures: 8 })),
  )
const roberta = layerGroups(
  layers([
    'roberta.encoder.layer.*.attention.self.query',
    'roberta.encoder.layer.*.attention.output.dense',
    'roberta.encoder.layer.*.intermediate.dense',
    'roberta.encoder.layer.*.output.dense',
  ]),
)

describe('layerGroups', () => {
  it('names the layers of a model by the fewest words that mean no others', () => {
    const groups = layerGroups(layers(['model.layers.*.self_attn.q_proj', 'model.layers.*.mlp.up_proj']))
    expect(groups.map(({ name, targets, isAttention }) => [name, targets, isAttention])).toEqual([
      ['q_proj', ['q_proj'], true],
      ['up_proj', ['up_proj'], false],
    ])
    expect(groups[0]!.layers.map(({ path }) => path)).toEqual([
      'model.layers.0.self_attn.q_proj',
      'model.layers.1.self_attn.q_proj',
    ])
  })

  it('counts blocks where the name of a layer is the end of another', () => {
    expect(roberta.map(({ name, targets }) => [name, targets])).toEqual([
      ['query', ['query']],
      ['attention.output.dense', ['attention.output.dense']],
      ['intermediate.dense', ['intermediate.dense']],
      ['output.dense', ['0.output.dense', '1.output.dense']],
    ])
  })
})

describe('targets', () => {
  it('are found again as groups', () => {
    for (const chosen of [[0], [0, 3], [1, 2], [0, 1, 2, 3]]) {
      const groups = chosen.map((index) => roberta[index]!)
      expect(groupsOf(targetsOf(groups, roberta), roberta)).toEqual(groups)
    }
  })

  it('are one word where they mean everything', () => {
    expect(targetsOf(roberta, roberta)).toEqual(['all-linear'])
  })
})
