import { batchClasses, batchCount, batchIds } from '../src/batches.ts'
import { hashedFloats } from '../src/inputs.ts'
import { firstPosition } from '../src/models.ts'
import { firstLosses } from '../src/system.ts'
import { tunedOperations } from './tfjs-tuned.mjs'

/** A training step written for TensorFlow.js, tuned by hand; block-circulant updates as dense matrices. */
export function prepareStep(tf, { model, method, parameters, adapterParameters, trained, learningRate }) {
  const weights = new Map([...parameters, ...adapterParameters].map((each) => [each.name, initial(tf, each)]))
  const names = [...trained, ...adapterParameters.map(({ name }) => name)]
  const rows = Array.from({ length: batchCount }, (_, index) => ({
    ids: batchIds(model, index),
    classes: batchClasses(model, index),
  }))
  const batches = rows.map(({ ids, classes }) => batchOf(tf, model, ids, classes))
  const layers = { weights, ...layersOf(tf, model, weights, (name) => names.includes(name)) }
  const lossOf =
    model.architecture === 'encoder' ? encoderLoss(tf, model, layers) : decoderLoss(tf, model, layers)
  let steps = 0
  const moments = names.map((name) => {
    const { shape } = weights.get(name)
    return { first: tf.zeros(shape), second: tf.zeros(shape) }
  })

  async function step() {
    const batch = batches[steps++ % batchCount]
    const loss = method === 'forward' ? tf.tidy(() => lossOf(batch)) : update(batch)
    const value = (await loss.data())[0]
    loss.dispose()
    return value
  }

  function update(batch) {
    const { value, grads } = tf.variableGrads(
      () => lossOf(batch),
      names.map((name) => weights.get(name)),
    )
    const stepSize = learningRate / (1 - 0.9 ** steps)
    const rootCorrection = Math.sqrt(1 - 0.999 ** steps)
    names.forEach((name, index) => {
      const weight = weights.get(name)
      const { first, second } = moments[index]
      const gradient = grads[weight.name]
      const [nextFirst, nextSecond, next] = tf.tidy(() => {
        const m = tf.add(tf.mul(first, 0.9), tf.mul(gradient, 0.1))
        const v = tf.add(tf.mul(second, 0.999), tf.mul(tf.square(gradient), 0.001))
        const denominator = tf.add(tf.mul(tf.sqrt(v), 1 / rootCorrection), 1e-8)
        return [m, v, tf.sub(weight, tf.mul(tf.div(m, denominator), stepSize))]
      })
      tf.dispose([first, second, gradient])
      moments[index] = { first: nextFirst, second: nextSecond }
      weight.assign(next)
      next.dispose()
    })
    return value
  }

  return {
    run: async () => void (await step()),
    check: () => firstLosses(step),
    end: () => {
      tf.dispose([...weights.values()])
      tf.dispose(batches)
      tf.dispose(moments)
    },
  }
}

/** Weights of linear layers transposed: only untransposed products are fast. */
function initial(tf, { name, shape, seed, scale, offset }) {
  const count = shape.reduce((size, dim) => size * dim, 1)
  const values = hashedFloats(seed, count, scale).map((value) => value + offset)
  const isTable = /embed/.test(name)
  return tf.tidy(() => {
    const tensor = tf.tensor(values, shape)
    return tf.variable(shape.length === 2 && !isTable ? tf.transpose(tensor) : tensor)
  })
}

function batchOf(tf, { architecture, batch, length, vocabulary }, ids, classes) {
  const tokens = tf.tensor1d(ids, 'int32')
  if (architecture === 'encoder')
    return { tokens, targets: tf.oneHot(tf.tensor1d(classes, 'int32'), 2).toFloat() }
  const next = Array.from({ length: batch }, (_, row) => [
    ...ids.subarray(row * length + 1, (row + 1) * length),
  ])
  return { tokens, targets: tf.oneHot(tf.tensor1d(next.flat(), 'int32'), vocabulary).toFloat() }
}

function layersOf(tf, { batch, length, heads, hidden }, weights, isTrained) {
  const { product, productWithFrozen, lookUp, denseBlocks } = tunedOperations(tf)
  const size = hidden / heads
  const linear = (x, path) => {
    const weight = weights.get(`${path}.weight`)
    const kernel = weights.get(`${path}.bca_kernel`)
    const down = weights.get(`${path}.lora_A.weight`)
    // A dense update is added to the weight: that is one product less than adding it to the result.
    let y = kernel
      ? product(x, tf.add(weight, denseBlocks(kernel)))
      : isTrained(`${path}.weight`)
        ? product(x, weight)
        : productWithFrozen(x, weight)
    if (down) y = tf.add(y, product(product(x, down), weights.get(`${path}.lora_B.weight`)))
    const bias = weights.get(`${path}.bias`)
    return bias ? tf.add(y, bias) : y
  }
  const splitHeads = (x) =>
    tf.reshape(tf.transpose(tf.reshape(x, [batch, length, heads, size]), [0, 2, 1, 3]), [-1, length, size])
  const joinHeads = (x) =>
    tf.reshape(tf.transpose(tf.reshape(x, [batch, heads, length, size]), [0, 2, 1, 3]), [-1, hidden])
  const attend = (q, k, v, mask) => {
    const scores = tf.mul(tf.matMul(q, k, false, true), size ** -0.5)
    return joinHeads(tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v))
  }
  const crossEntropy = (logits, targets) => {
    const likelihood = tf.sum(tf.mul(tf.logSoftmax(logits), targets))
    return tf.div(tf.neg(likelihood), targets.shape[0])
  }
  return { linear, lookUp, splitHeads, attend, crossEntropy }
}

function encoderLoss(tf, model, parts) {
  const { weights, linear, lookUp, splitHeads, attend, crossEntropy } = parts
  const { batch, length, hidden, layers } = model
  const norm = (x, path) => {
    const centred = tf.sub(x, tf.mean(x, -1, true))
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5))
    return tf.add(tf.mul(tf.mul(centred, scale), weights.get(`${path}.weight`)), weights.get(`${path}.bias`))
  }
  const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))
  const table = (name) => weights.get(`roberta.embeddings.${name}_embeddings.weight`)
  return ({ tokens, targets }) => {
    const words = tf.reshape(lookUp(table('word'), tokens), [batch, length, hidden])
    const positions = tf.slice(table('position'), [firstPosition, 0], [length, hidden])
    const embedded = tf.add(words, tf.add(positions, table('token_type')))
    let x = norm(tf.reshape(embedded, [-1, hidden]), 'roberta.embeddings.LayerNorm')
    for (let layer = 0; layer < layers; layer++) {
      const path = `roberta.encoder.layer.${layer}`
      const [q, k, v] = ['query', 'key', 'value'].map((part) =>
        splitHeads(linear(x, `${path}.attention.self.${part}`)),
      )
      const attended = linear(attend(q, k, v), `${path}.attention.output.dense`)
      x = norm(tf.add(attended, x), `${path}.attention.output.LayerNorm`)
      const inner = linear(gelu(linear(x, `${path}.intermediate.dense`)), `${path}.output.dense`)
      x = norm(tf.add(inner, x), `${path}.output.LayerNorm`)
    }
    const first = tf.reshape(
      tf.slice(tf.reshape(x, [batch, length, hidden]), [0, 0, 0], [batch, 1, hidden]),
      [batch, hidden],
    )
    return crossEntropy(linear(tf.tanh(linear(first, 'classifier.dense')), 'classifier.out_proj'), targets)
  }
}

function decoderLoss(tf, model, parts) {
  const { weights, linear, lookUp, splitHeads, attend, crossEntropy } = parts
  const { batch, length, hidden, layers, heads, vocabulary } = model
  const size = hidden / heads
  const angles = tf.tidy(() => {
    const rates = tf.tensor(
      Array.from({ length: size }, (_, i) => 10_000 ** ((-2 * (i % (size / 2))) / size)),
      [1, size],
    )
    return tf.matMul(tf.reshape(tf.range(0, length), [length, 1]), rates)
  })
  const [cos, sin] = [tf.cos(angles), tf.sin(angles)]
  const mask = tf.tensor(
    Array.from({ length }, (_, t) => Array.from({ length }, (_, s) => (s <= t ? 0 : -1e9))),
  )
  const norm = (x, path) => {
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6))
    return tf.mul(tf.mul(x, scale), weights.get(`${path}.weight`))
  }
  const rotate = (x) => {
    const [a, b] = tf.split(x, 2, -1)
    return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(b), a], -1), sin))
  }
  return ({ tokens, targets }) => {
    let x = lookUp(weights.get('model.embed_tokens.weight'), tokens)
    for (let layer = 0; layer < layers; layer++) {
      const path = `model.layers.${layer}`
      const normed = norm(x, `${path}.input_layernorm`)
      const [q, k, v] = ['q', 'k', 'v'].map((part) =>
        splitHeads(linear(normed, `${path}.self_attn.${part}_proj`)),
      )
      x = tf.add(x, linear(attend(rotate(q), rotate(k), v, mask), `${path}.self_attn.o_proj`))
      const inner = norm(x, `${path}.post_attention_layernorm`)
      const gate = linear(inner, `${path}.mlp.gate_proj`)
      const gated = tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear(inner, `${path}.mlp.up_proj`))
      x = tf.add(x, linear(gated, `${path}.mlp.down_proj`))
    }
    const logits = tf.reshape(linear(norm(x, 'model.norm'), 'lm_head'), [batch, length, vocabulary])
    const predictions = tf.slice(logits, [0, 0, 0], [batch, length - 1, vocabulary])
    return crossEntropy(tf.reshape(predictions, [-1, vocabulary]), targets)
  }
}
