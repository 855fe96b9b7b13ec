import { formatNumber, renderMarkdownTable } from '@gyre/report'
import { suites } from './options.js'
import type { Results } from './results.js'
import { tableOf } from './table.js'

/** docs/benchmarks.md: what is measured, and the tables of one run. */
export function docsOf(results: Results): string {
  const { machine, load, date, systems, absent, rates, rows } = results
  const tables = suites.flatMap(({ name, description }) => {
    const own = rows.filter(({ suite }) => suite === name)
    if (own.length === 0) return []
    const { columns, rows: cells } = tableOf(own)
    return [
      `### ${name}`,
      `${description[0]!.toUpperCase()}${description.slice(1)}.`,
      renderMarkdownTable(columns, cells),
    ]
  })
  const about = new Map(systems.map(({ name, about }) => [name, about]))
  const versions = [...about].map(([name, text]) => `${name} (${text})`).join(', ')
  return [
    introduction,
    '## One run',
    `${machine}, ${date}; ${versions}. Load average ${formatNumber(load[0], 1)} before and ${formatNumber(load[1], 1)} after: ` +
      'what else the machine did is in every time but the processor’s. This page is written by ' +
      '`npm run bench -- --docs`, or from an earlier run by `npm run bench -- --from FILE --docs`.',
    ...absent.map(({ system, reason }) => `${system} is absent: ${reason}.`),
    ...(rates
      ? [
          `The floor of a step is reckoned with ${rates.ceilings.simd128} GFLOP/s (SIMD128) and ` +
            `${rates.ceilings.relaxedSimd} GFLOP/s (relaxed SIMD) on each thread, and with PyTorch’s own rate in this run: ` +
            `${Object.entries(rates.pytorch)
              .map(
                ([threads, rate]) =>
                  `${formatNumber(rate)} GFLOP/s on ${threads === '1' ? 'one thread' : `${threads} threads`}`,
              )
              .join(', ')}.`,
        ]
      : []),
    ...tables,
  ].join('\n\n')
}

const introduction = `# Benchmarks

\`\`\`sh
npm run bench
npm run bench -- --quick
npm run bench -- step --systems gyre,pytorch --threads 1 --cases enc256/full
npm run bench -- kernels layer --json .gyre/benchmarks.json --html .gyre/benchmarks.html
\`\`\`

\`--quick\` takes fewer cases and rounds, on one thread, and ends in about two minutes. Suites, systems, numbers of threads and cases can be
chosen; \`npm run bench -- --help\` lists them. No test asserts a time.

## What is measured

${suites.map(({ name, description }) => `- **${name}**: ${description}.`).join('\n')}

_enc256_ is a RoBERTa with a vocabulary of 8192, width 256, 4 layers, 4 heads and 1024 inner features, on 16 × 64 tokens, with a
classifier of two classes. _dec512_ is a LLaMA with a vocabulary of 4096, width 512, 4 layers, 8 heads and 1376 inner features,
on 4 × 128 tokens. Both are float32, without dropout, trained by AdamW. Adapters sit on the query and value projections;
with them the classifier's head is trained too.

## How

- Every system runs in a process of its own, which does nothing else: threads, engine flags and garbage collectors do not
  mix. All of them make the same inputs and weights from the same formula.
- Results are compared before anything is timed: those of operations to 10⁻⁵ of their size, the losses of the first three
  steps to 10⁻⁴, decoded tokens exactly. The third loss depends on gradients and on the update. What does not agree is an
  error and is not timed.
- Systems take turns, round after round, each round beginning with the next one. A round repeats a short run for 50 ms.
- The minimum is what the code can do on that machine; the median shows how far from it the machine was. CPU ms is the
  processor time of all the process's threads, a minimum too; other load hardly changes it.
- First ms is the process’s first step of the case: it traces, compiles and plans, and touches its memory for the first
  time. It should cost no more than three later ones.
- The ratio is that of minima to Gyre's with as many threads (to the first system's where Gyre is not there); the spread
  holds the middle half of the ratios within the rounds.
- The floor of a step is its matrix products at 85 % of what WebAssembly can reach, and 1.3 times what the rest of the step
  takes PyTorch. \`--ceilings\` says what can be reached on another machine.

## Systems

- **gyre**: the backend \`wasm\`, everything compiled. **gyre-relaxed**: the same with relaxed SIMD, which the benchmark
  switches on in Node 20; Node 24 has it anyway.
- **pytorch**: by the first \`python3\` that imports \`torch\`. Debian's needs \`libopenblas0-openmp\`. Its allocator is told to
  keep freed memory, and the faster of two ways to sum the block-circulant products is chosen for each size; both make it
  faster.
- **tfjs-wasm**: TensorFlow.js, tuned by hand: weights transposed, gradients of its own for look-ups and products,
  block-circulant updates as dense matrices. It has no threads in Node.
- **jax-js**: compiled in parts, block-circulant updates as dense matrices. **jax-js-threads**: with a \`Worker\` over
  worker_threads, which Node lacks.
- **pffft**: [@echogarden/pffft-wasm](https://github.com/echogarden-project/pffft-wasm), the SIMD build. **fft.js**:
  [fft.js](https://github.com/indutny/fft.js), powers of two only.

The npm packages among them live in \`benchmarks/peers\` with a lock file of their own. npm installs them, 300 MB, when a
benchmark first needs them.`
