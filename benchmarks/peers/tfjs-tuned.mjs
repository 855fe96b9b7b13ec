/**
 * What TensorFlow.js needs to be fast on WebAssembly: large products of two untransposed matrices, and gradients of
 * its own for what has none there. Its product of batches is slow, but taking them apart is slower.
 */
export function tunedOperations(tf) {
  /** x [m, k] times w [k, n]. */
  const product = tf.customGrad((x, w, save) => {
    save([x, w])
    const gradient = (dy, [x, w]) => [tf.matMul(dy, tf.transpose(w)), tf.matMul(tf.transpose(x), dy)]
    return { value: tf.matMul(x, w), gradFunc: gradient }
  })

  /** The same for a frozen w, whose gradient would be computed and thrown away. */
  const productWithFrozen = (x, w) =>
    tf.customGrad((x) => ({
      value: tf.matMul(x, w),
      gradFunc: (dy) => tf.matMul(dy, tf.transpose(w)),
    }))(x)

  /** Rows of a table [V, h] by ids [n]. */
  const lookUp = tf.customGrad((table, ids, save) => {
    save([ids])
    const { shape } = table
    const gradient = (dy, [ids]) => [tf.scatterND(tf.reshape(ids, [-1, 1]), dy, shape), tf.zerosLike(ids)]
    return { value: tf.gather(table, ids), gradFunc: gradient }
  })

  /** The transposed dense matrix [k·p, q·p] of circulant blocks c [q, k, p]: repeated, and cut into shifted rows. */
  const denseBlocks = tf.customGrad((c) => {
    const [q, k, p] = c.shape
    const value = tf
      .broadcastTo(tf.reshape(c, [q, k, 1, p]), [q, k, 2 * p - 1, p])
      .reshape([q * k, p, 2 * p - 1])
      .slice([0, 0, 0], [q * k, p, p])
      .reshape([q, k, p, p])
      .transpose([1, 2, 0, 3])
      .reshape([k * p, q * p])
    const gradient = (dy) =>
      tf
        .transpose(tf.reshape(dy, [k, p, q, p]), [2, 0, 1, 3])
        .reshape([q * k, p, p])
        .pad([
          [0, 0],
          [0, 0],
          [0, p - 1],
        ])
        .reshape([q, k, 2 * p - 1, p])
        .sum(2)
    return { value, gradFunc: gradient }
  })

  return { product, productWithFrozen, lookUp, denseBlocks }
}
