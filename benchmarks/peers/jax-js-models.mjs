import { batchClasses, batchCount, batchIds } from '../src/batches.ts'
import { hashedFloats } from '../src/inputs.ts'
import { firstPosition } from '../src/models.ts'
import { firstLosses } from '../src/system.ts'

/**
 * A training step written for jax-js: every function owns its arguments, and `.ref` makes another owner. Compiled in
 * parts, since `jit` around a whole gradient computes activations anew; block-circulant updates as dense matrices,
 * which are faster than its FFT.
 */
export function prepareStep(jax, { model, method, parameters, adapterParameters, trained, learningRate }) {
  const { numpy: np, valueAndGrad, blockUntilReady, jit, tree } = jax
  const weights = Object.fromEntries(
    [...parameters, ...adapterParameters].map((each) => [each.name, initial(np, each)]),
  )
  const names = [...trained, ...adapterParameters.map(({ name }) => name)]
  const batches = Array.from({ length: batchCount }, (_, index) => batchOf(jax, model, index))
  const logitsOf = model.architecture === 'encoder' ? encoder(jax, model) : decoder(jax, model)
  const moments = Object.fromEntries(
    names.map((name) => [name, [np.zeros(weights[name].shape), np.zeros(weights[name].shape)]]),
  )
  const update = jit((p, m, v, g, stepSize, rootCorrection) => {
    const first = m.mul(0.9).add(g.ref.mul(0.1))
    const second = v.mul(0.999).add(np.square(g).mul(0.001))
    const denominator = np.sqrt(second.ref).div(rootCorrection).add(1e-8)
    return [p.sub(first.ref.div(denominator).mul(stepSize)), first, second]
  })
  const crossEntropy = jit((logits, targets) => {
    const [rows] = targets.shape
    return jax.nn
      .logSoftmax(logits, -1)
      .mul(targets)
      .sum()
      .mul(-1 / rows)
  })

  function lossOf(own, { tokens, targets }) {
    const weight = (name) => (own[name] ?? weights[name])?.ref
    const loss = crossEntropy(logitsOf(weight, tokens.ref), targets.ref)
    tree.dispose(own)
    return loss
  }

  let steps = 0
  async function step() {
    const batch = batches[steps++ % batchCount]
    if (method === 'forward') return await lossOf({}, batch).jsAsync()
    const own = Object.fromEntries(names.map((name) => [name, weights[name].ref]))
    const [loss, gradients] = valueAndGrad((own) => lossOf(own, batch))(own)
    const stepSize = np.array(learningRate / (1 - 0.9 ** steps))
    const rootCorrection = np.array(Math.sqrt(1 - 0.999 ** steps))
    for (const name of names) {
      const [p, ...next] = update(
        weights[name],
        ...moments[name],
        gradients[name],
        stepSize.ref,
        rootCorrection.ref,
      )
      weights[name] = p
      moments[name] = next
    }
    tree.dispose([stepSize, rootCorrection])
    await blockUntilReady(names.map((name) => weights[name]))
    return await loss.jsAsync()
  }
  return {
    run: async () => void (await step()),
    check: () => firstLosses(step),
    end: () => tree.dispose([weights, moments, batches]),
  }
}

function initial(np, { shape, seed, scale, offset }) {
  const count = shape.reduce((size, dim) => size * dim, 1)
  return np.array(hashedFloats(seed, count, scale).map((value) => value + offset)).reshape(shape)
}

/** Ids, and what they are to predict as rows with one 1. */
function batchOf({ numpy: np, nn }, model, index) {
  const { architecture, batch, length, vocabulary } = model
  const ids = batchIds(model, index)
  const integers = (values) => np.array(Int32Array.from(values), { dtype: np.int32 })
  if (architecture === 'encoder') {
    return { tokens: integers(ids), targets: nn.oneHot(integers(batchClasses(model, index)), 2) }
  }
  const next = Array.from({ length: batch }, (_, row) => [
    ...ids.subarray(row * length + 1, (row + 1) * length),
  ])
  return { tokens: integers(ids), targets: nn.oneHot(integers(next.flat()), vocabulary) }
}

function layersOf({ numpy: np, nn, jit }, { batch, length, heads, hidden }) {
  const size = hidden / heads
  const linear = (weight, x, path) => {
    const kernel = weight(`${path}.bca_kernel`)
    const down = weight(`${path}.lora_A.weight`)
    const matrix = weight(`${path}.weight`).transpose()
    let y = np.matmul(down ? x.ref : x, kernel ? matrix.add(denseBlocks(np, kernel)) : matrix)
    if (down) {
      const up = weight(`${path}.lora_B.weight`)
      y = y.add(np.matmul(np.matmul(x, down.transpose()), up.transpose()))
    }
    const bias = weight(`${path}.bias`)
    return bias ? y.add(bias) : y
  }
  // Compiled, so that their results are laid out anew: a product that reads through a reordering is several times slower.
  const splitHeads = jit((x) => x.reshape([batch, length, heads, size]).transpose([0, 2, 1, 3]))
  const joinHeads = jit((x) => x.transpose([0, 2, 1, 3]).reshape([-1, hidden]))
  const attend = (q, k, v, mask) => {
    const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(size ** -0.5)
    const probabilities = nn.softmax(mask ? scores.add(mask) : scores, -1)
    return joinHeads(np.matmul(probabilities, v))
  }
  return { linear, splitHeads, attend }
}

/** The transposed dense matrix [k·p, q·p] of circulant blocks c [q, k, p]: repeated, and cut into shifted rows. */
export function denseBlocks(np, c) {
  const [q, k, p] = c.shape
  return np
    .broadcastTo(c.reshape([q, k, 1, p]), [q, k, 2 * p - 1, p])
    .reshape([q, k, p, 2 * p - 1])
    .slice([], [], [], [0, p])
    .transpose([1, 2, 0, 3])
    .reshape([k * p, q * p])
}

function encoder(jax, model) {
  const { numpy: np, nn, jit } = jax
  const { linear, splitHeads, attend } = layersOf(jax, model)
  const { batch, length, hidden, layers } = model
  const normalise = jit((x, w, b) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(w).add(b))
  const gelu = jit((x) => nn.gelu(x, { approximate: false }))
  return (weight, tokens) => {
    const norm = (x, path) => normalise(x, weight(`${path}.weight`), weight(`${path}.bias`))
    const table = (name) => weight(`roberta.embeddings.${name}_embeddings.weight`)
    const words = np.take(table('word'), tokens, 0).reshape([batch, length, hidden])
    const positions = table('position').slice([firstPosition, firstPosition + length])
    const embedded = words.add(positions.add(table('token_type')))
    let x = norm(embedded.reshape([-1, hidden]), 'roberta.embeddings.LayerNorm')
    for (let layer = 0; layer < layers; layer++) {
      const path = `roberta.encoder.layer.${layer}`
      const [q, k, v] = ['query', 'key', 'value'].map((part) =>
        splitHeads(linear(weight, x.ref, `${path}.attention.self.${part}`)),
      )
      const attended = linear(weight, attend(q, k, v), `${path}.attention.output.dense`)
      x = norm(attended.add(x), `${path}.attention.output.LayerNorm`)
      const inner = gelu(linear(weight, x.ref, `${path}.intermediate.dense`))
      x = norm(linear(weight, inner, `${path}.output.dense`).add(x), `${path}.output.LayerNorm`)
    }
    const first = np.tanh(linear(weight, x.reshape([batch, length, hidden]).slice([], 0), 'classifier.dense'))
    return linear(weight, first, 'classifier.out_proj')
  }
}

function decoder(jax, model) {
  const { numpy: np, nn, jit } = jax
  const { linear, splitHeads, attend } = layersOf(jax, model)
  const { batch, length, hidden, heads, layers, vocabulary } = model
  const size = hidden / heads
  const table = (of) =>
    np
      .array(
        Float32Array.from({ length: length * size }, (_, i) =>
          of(Math.floor(i / size) * 10_000 ** ((-2 * (i % (size / 2))) / size)),
        ),
      )
      .reshape([length, size])
  const [cos, sin] = [table(Math.cos), table(Math.sin)]
  const mask = np
    .array(
      Float32Array.from({ length: length ** 2 }, (_, i) => (i % length <= Math.floor(i / length) ? 0 : -1e9)),
    )
    .reshape([length, length])
  const normalise = jit((x, w) => {
    const scale = np.reciprocal(np.sqrt(np.square(x.ref).mean(-1, { keepdims: true }).add(1e-6)))
    return x.mul(scale).mul(w)
  })
  const gated = jit((gate, up) => nn.silu(gate).mul(up))
  const predictionsOf = jit((logits) =>
    logits
      .reshape([batch, length, vocabulary])
      .slice([], [0, length - 1])
      .reshape([-1, vocabulary]),
  )
  const rotated = jit((x, cos, sin) => {
    const half = size / 2
    const a = x.ref.slice([], [], [], [0, half])
    const b = x.ref.slice([], [], [], [half, size])
    return x.mul(cos).add(np.concatenate([b.mul(-1), a], -1).mul(sin))
  })
  const rotate = (x) => rotated(x, cos.ref, sin.ref)
  return (weight, tokens) => {
    const norm = (x, path) => normalise(x, weight(`${path}.weight`))
    let x = np.take(weight('model.embed_tokens.weight'), tokens, 0)
    for (let layer = 0; layer < layers; layer++) {
      const path = `model.layers.${layer}`
      const normed = norm(x.ref, `${path}.input_layernorm`)
      const [q, k, v] = ['q', 'k', 'v'].map((part) =>
        splitHeads(linear(weight, normed.ref, `${path}.self_attn.${part}_proj`)),
      )
      normed.dispose()
      x = x.add(linear(weight, attend(rotate(q), rotate(k), v, mask.ref), `${path}.self_attn.o_proj`))
      const inner = norm(x.ref, `${path}.post_attention_layernorm`)
      const gate = linear(weight, inner.ref, `${path}.mlp.gate_proj`)
      const up = linear(weight, inner, `${path}.mlp.up_proj`)
      x = x.add(linear(weight, gated(gate, up), `${path}.mlp.down_proj`))
    }
    return predictionsOf(linear(weight, norm(x, 'model.norm'), 'lm_head'))
  }
}
