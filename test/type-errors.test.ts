import { join } from 'node:path'
import * as tensorPackage from '@gyre/tensor'
import { describe, expect, test } from 'vitest'
import { complaintsOf, virtualProgram } from './virtual-program.js'

// What the compiler says to someone who makes a mistake: snippets are compiled in one program, each as a file of
// its own beside this one, under the options of the project's tsconfig.json.

/** Mistakes in shapes and dtypes that types know: an expression, and the sentence in its error, at compile and at run time. */
const shapeMistakes: readonly (readonly [expression: string, sentence: string])[] = [
  ['matmul(zeros([2, 3]), zeros([4, 5]))', 'matmul: [2, 3] x [4, 5]: left has 3 columns, right has 4 rows'],
  [
    'matmul(zeros([2, 3]), zeros([4, 5]), { transposeA: true })',
    'matmul: [2, 3] transposed x [4, 5]: left has 2 columns, right has 4 rows',
  ],
  [
    'matmul(zeros([2, 3]), zeros([4, 5]), { transposeB: true })',
    'matmul: [2, 3] x [4, 5] transposed: left has 3 columns, right has 5 rows',
  ],
  [
    'matmul(zeros([2, 3]), zeros([4, 5]), { transposeA: true, transposeB: true })',
    'matmul: [2, 3] transposed x [4, 5] transposed: left has 2 columns, right has 5 rows',
  ],
  [
    'matmul(zeros([7, 2, 3]), zeros([4, 5]))',
    'matmul: [7, 2, 3] x [4, 5]: left has 3 columns, right has 4 rows',
  ],
  ['add(zeros([2, 3]), zeros([4]))', 'add: [2, 3] and [4] do not broadcast'],
  ['mul(zeros([2, 1, 3]), zeros([4, 2]))', 'mul: [2, 1, 3] and [4, 2] do not broadcast'],
  ['less(zeros([2]), zeros([3]))', 'less: [2] and [3] do not broadcast'],
  ['maximum(zeros([5, 1]), zeros([5, 2, 3]))', 'maximum: [5, 1] and [5, 2, 3] do not broadcast'],
  [
    'linear(zeros([2, 3]), zeros([4, 5]))',
    'linear: x [2, 3], weight [4, 5]: x has 3 features, weight takes 5',
  ],
  [
    'linear(zeros([7, 2, 3]), zeros([4, 5]))',
    'linear: x [7, 2, 3], weight [4, 5]: x has 3 features, weight takes 5',
  ],
  [
    'add(zeros([2]), zeros([2], { dtype: "float64" }))',
    'add: a is float32 and b is float64; cast one of them',
  ],
  // A reshape to literals is what later operations are held to.
  [
    'matmul(reshape(arange(6, { dtype: "float32" }), [3, 2]), zeros([3, 4]))',
    'matmul: [3, 2] x [3, 4]: left has 2 columns, right has 3 rows',
  ],
]

const opFields = {
  name: "name: 'scale'",
  doc: "doc: { summary: 'A product.' }",
  shape: 'shape: ({ a }) => ({ output: a })',
  reference: 'reference: () => {}',
  vjp: 'vjp: ({ inputs: { a, b }, grads }) => ({ a: () => mul(grads.output, b), b: () => mul(grads.output, a) })',
  cost: 'cost: () => ({ flops: 0 })',
  samples: 'samples: () => []',
}
const scaleOp = (fields: Partial<typeof opFields>): string =>
  `export const scaleOp = defineOp<{ a: Tensor; b: Tensor }>()({ ${Object.values(fields).join(', ')} })`
const without = (field: keyof typeof opFields): string => scaleOp({ ...opFields, [field]: undefined })

/** Other mistakes: a snippet, and what its error must contain. */
const mistakes: Readonly<Record<string, readonly [snippet: string, message: string]>> = {
  "an op without 'vjp'": [without('vjp'), "Property 'vjp' is missing"],
  "an op without 'cost'": [without('cost'), "Property 'cost' is missing"],
  "an op without 'samples'": [without('samples'), "Property 'samples' is missing"],
  'an op without the gradient of one input': [
    scaleOp({ ...opFields, vjp: 'vjp: ({ inputs: { b }, grads }) => ({ a: () => mul(grads.output, b) })' }),
    "Property 'b' is missing",
  ],
  'an op that has no derivative and gives no reason': [
    scaleOp({ ...opFields, vjp: 'vjp: notDifferentiable()' }),
    'Expected 1 arguments, but got 0',
  ],
  'a kernel table without one op': [
    `declare const table: KernelTable<typeof ops>
     const { less, ...rest } = table
     export const incomplete = rest satisfies KernelTable<typeof ops>`,
    "Property 'less' is missing",
  ],
  'a kernel table that falls back without a reason': [
    `declare const table: KernelTable<typeof ops>
     export const silent = { ...table, less: useReference() } satisfies KernelTable<typeof ops>`,
    'Expected 1 arguments, but got 0',
  ],
  'two dtypes in one product': [
    "matmul(zeros([2, 3]), zeros([3, 4], { dtype: 'float64' }))",
    'Type \'"float64"\' is not assignable to type \'"float32"\'',
  ],
  'random numbers without a seed': ['randn([2])', 'Expected 2 arguments, but got 1'],
  'a tensor of another shape than is asked for': [
    'export const wanted: Tensor<readonly [2, 4]> = zeros([2, 3])',
    "Type '3' is not assignable to type '4'",
  ],
}

/** Must compile: otherwise the errors above would prove nothing. */
const correct: Readonly<Record<string, string>> = {
  'a complete op': scaleOp(opFields),
  'an op whose gradient uses itself': `
    export const squareOp = defineOp<{ x: Tensor }>()({
      name: 'square', doc: { summary: 'The square.' }, shape: ({ x }) => ({ output: x }), reference: () => {},
      vjp: ({ inputs: { x }, grads }) => ({ x: () => mul(grads.output, mul(2, x)) }),
      composition: ({ x }) => ({ output: square(square(x)) }), cost: () => ({ flops: 0 }), samples: () => [],
    })
    function square(x: Tensor): Tensor { return dispatch(squareOp, { x }, {}).output }`,
  'a table that falls back visibly': `
    declare const table: KernelTable<typeof ops>
    export const visible = { ...table, less: useReference('no bool textures') } satisfies KernelTable<typeof ops>`,
  'shapes that fit': `
    export const y = add(matmul(zeros([2, 3]), zeros([3, 4])), zeros([4]))
    export const z = linear(reshape(y, [4, 2]), zeros([5, 2]), zeros([5]))`,
  'a block of a transformer in generic code': `
    export function block<B extends number, T extends number, C extends number>(
      x: Tensor<readonly [B, T, C], 'float32'>, weight: Tensor<readonly [C, C], 'float32'>,
    ): Tensor<readonly [B, T, C], 'float32'> {
      const hidden: Tensor<readonly [B, T, C], 'float32'> = exp(x)
      return add(x, mul(hidden, 0.5))
    }`,
}

interface Compiled {
  readonly errors: ReadonlyMap<string, string>
  readonly instantiations: number
}

/** Compiles all snippets; every name that the package exports is imported where a snippet says it. */
function compile(snippets: ReadonlyMap<string, string>): Compiled {
  const types = ['Tensor', 'KernelTable']
  const files = new Map<string, string>()
  const fileOf = new Map<string, string>()
  for (const [name, snippet] of snippets) {
    const used = (word: string) => new RegExp(`\\b${word}\\b`).test(snippet)
    const imports = [
      ...Object.keys(tensorPackage).filter((word) => word !== 'Tensor' && used(word)),
      ...types.filter(used).map((word) => `type ${word}`),
    ].filter((word) => !snippet.includes(`const ${word} `))
    const file = join(import.meta.dirname, `snippet-${files.size}.ts`)
    files.set(file, `import { ${imports.join(', ')} } from '@gyre/tensor'\n${snippet}\nexport {}\n`)
    fileOf.set(name, file)
  }
  const program = virtualProgram(files, { types: [], noUnusedLocals: false, noUnusedParameters: false })
  const errors = new Map<string, string>()
  for (const [name, file] of fileOf) errors.set(name, complaintsOf(program, file).join('\n'))
  return { errors, instantiations: program.getInstantiationCount() }
}

const compiled = compile(
  new Map<string, string>([
    ...shapeMistakes.map(([expression]) => [expression, expression] as const),
    ...Object.entries(mistakes).map(([name, [snippet]]) => [name, snippet] as const),
    ...Object.entries(correct),
  ]),
)

describe('types', () => {
  test.each(Object.keys(correct))('let %s compile', (name) => {
    expect(compiled.errors.get(name)).toBe('')
  })

  test.each(shapeMistakes)(
    'refuse %s with a sentence that the run-time error says too',
    (expression, sentence) => {
      expect(compiled.errors.get(expression)).toContain(`ShapeMismatch<"${sentence}">`)
      const run = new Function(...Object.keys(tensorPackage), `return ${expression}`)
      expect(() => run(...Object.values(tensorPackage))).toThrow(sentence)
    },
  )

  test.each(Object.entries(mistakes))('refuse %s', (name, [, message]) => {
    expect(compiled.errors.get(name)).toContain(message)
  })

  test('do not compute: a reshape to another number of elements is found when it runs', () => {
    const { reshape, zeros } = tensorPackage
    expect(() => reshape(zeros([2, 3]), [4, 2])).toThrow(
      'reshape: [2, 3] has 6 elements and cannot take the shape [4, 2]',
    )
  })

  test('cost the compiler no more work than they did', () => {
    // Type instantiations, the same on every machine: 6,307 when this was written, and half as many again allowed.
    expect(compiled.instantiations).toBeLessThan(9_400)
  })
})
