import { formatNumber, renderMarkdownTable } from '@gyre/report'
import { peakOf } from './adapter-peaks.js'
import { suites } from './options.js'
import type { Results } from './results.js'
import { tableOf } from './table.js'

const titles = { onProcessor: '## One run', onGpu: '## One run on a GPU' }

/**
 * docs/benchmarks.md: what is measured, and the tables of one run on the processor and of one on a GPU. What the
 * results have not, one of the two mostly, is taken from the page as it was.
 */
export function docsOf(results: Results, page: string): string {
  const has = (onGpu: boolean) => results.rows.some(({ suite }) => isOnGpu(suite) === onGpu)
  return [
    introduction,
    has(false) ? runOnProcessor(results) : sectionOf(page, titles.onProcessor),
    has(true) ? runOnGpu(results) : sectionOf(page, titles.onGpu),
  ]
    .filter((section) => section !== '')
    .join('\n\n')
}

const isOnGpu = (name: string): boolean => suites.find((suite) => suite.name === name)?.onGpu === true

/** A section with its title; empty where the page has none. */
function sectionOf(page: string, title: string): string {
  const from = page.indexOf(`${title}\n`)
  if (from < 0) return ''
  const next = page.indexOf('\n## ', from)
  return page.slice(from, next < 0 ? undefined : next).trim()
}

function tablesOf({ rows }: Results, onGpu: boolean): string[] {
  return suites.flatMap(({ name, description }) => {
    const own = rows.filter(({ suite }) => suite === name && isOnGpu(name) === onGpu)
    if (own.length === 0) return []
    const { columns, rows: cells } = tableOf(own)
    return [
      `### ${name}`,
      `${description[0]!.toUpperCase()}${description.slice(1)}.`,
      renderMarkdownTable(columns, cells),
    ]
  })
}

/** The systems that have rows, each with something of its own. */
function listOf(
  { systems, rows }: Results,
  onGpu: boolean,
  wordsFor: (system: Results['systems'][number]) => string | undefined,
): string {
  const own = rows.filter(({ suite }) => isOnGpu(suite) === onGpu)
  const words = new Map(
    systems
      .filter(({ name }) => own.some(({ system }) => system === name))
      .map((system) => [system.name, wordsFor(system)]),
  )
  return [...words].flatMap(([name, text]) => (text === undefined ? [] : [`${name} (${text})`])).join(', ')
}

function runOnGpu(results: Results): string {
  const { machine, load, date, quick, systems, absent } = results
  const known = new Map(
    systems.flatMap(({ adapter }) => {
      const peak = adapter === undefined ? undefined : peakOf(adapter)
      return peak ? [[adapter!, peak]] : []
    }),
  )
  return [
    titles.onGpu,
    `${listOf(results, true, ({ adapter }) => adapter)}; beside it ${machine}, ${date}${quick ? ', with `--quick`' : ''}; ` +
      `${listOf(results, true, ({ about }) => about)}. Load average ${formatNumber(load[0], 1)} before and ` +
      `${formatNumber(load[1], 1)} after.`,
    ...[...known].map(
      ([adapter, { gflops, gigabytesPerSecond, source }]) =>
        `The peak of ${adapter} is ${formatNumber(gflops)} GFLOP/s and ${formatNumber(gigabytesPerSecond)} GB/s (${source}).`,
    ),
    ...(systems.some(({ adapter }) => adapter && isSoftware(adapter)) ? [onSoftware] : []),
    ...absent.map(({ system, reason }) => `${system} is absent: ${reason}.`),
    ...tablesOf(results, true),
  ].join('\n\n')
}

const isSoftware = (adapter: string): boolean => /swiftshader|llvmpipe/i.test(adapter)

const onSoftware =
  'This adapter is software: the run shows that results agree, and roughly how the libraries in the browser compare on one and the ' +
  'same adapter; Node has another build of it, and the other load scatters times by several times. It says nothing of the speed of ' +
  'a GPU, nor of how one compares with the processor, on which everything ran. What a GPU makes of the cases without `--quick` is open.'

function runOnProcessor(results: Results): string {
  const { machine, load, date, absent, rates } = results
  return [
    titles.onProcessor,
    `${machine}, ${date}; ${listOf(results, false, ({ about }) => about)}. Load average ${formatNumber(load[0], 1)} before and ${formatNumber(load[1], 1)} after: ` +
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
    ...tablesOf(results, false),
  ].join('\n\n')
}

const introduction = `# Benchmarks

\`\`\`sh
npm run bench
npm run bench -- --quick
npm run bench -- step --systems gyre,pytorch --threads 1 --cases enc256/full
npm run bench -- kernels layer --json .gyre/benchmarks.json --html .gyre/benchmarks.html
npm run bench -- gpu
\`\`\`

\`--quick\` takes fewer cases and rounds, on one thread, and ends in about two minutes. Suites, systems, numbers of threads and cases can be
chosen; \`npm run bench -- --help\` lists them. No test asserts a time.

## What is measured

${suites.map(({ name, description }) => `- **${name}**: ${description}.`).join('\n')}

_enc256_ is a RoBERTa with a vocabulary of 8192, width 256, 4 layers, 4 heads and 1024 inner features, on 16 × 64 tokens, with a
classifier of two classes. _dec512_ is a LLaMA with a vocabulary of 4096, width 512, 4 layers, 8 heads and 1376 inner features,
on 4 × 128 tokens. Both are float32, without dropout, trained by AdamW. Adapters sit on the query and value projections;
with them the classifier's head is trained too.

## On a GPU

\`npm run bench -- gpu\` needs a GPU with a driver for Vulkan, Metal or Direct3D 12, and for the systems that live in a browser a
Chromium on the \`PATH\` or in \`CHROMIUM_PATH\`, which runs without a window. It installs the peers on first use.
\`--docs\` replaces this page's run on a GPU and leaves the other as it is. Without a GPU, the small cases of \`--quick\` run on
SwiftShader: \`VK_ICD_FILENAMES\` names its driver for Node, Chromium brings its own.

- **gyre-gpu**: the backend \`gpu\` in Node, on Dawn. **gyre-gpu-browser**: the same in a page. **gyre**: the backend \`wasm\`, on
  the processor.
- **tfjs-webgpu** and **jax-js-webgpu**: TensorFlow.js and jax-js on WebGPU, each in a page of the same Chromium, with the models that
  they have on the processor; a block-circulant layer is a product with the dense matrix. TensorFlow.js sums its
  Fourier transform term by term, which takes n² operations.
- **pytorch-cuda**: PyTorch with cuFFT and cuBLAS, where \`torch.cuda.is_available()\`: the processor's program on another
  device. It has not been run on one yet.
- With \`--quick\` steps are those of _enc64_ and _dec64_: one layer of width 64, on 2 × 32 tokens.
- _× gyre-gpu_ is the time as a multiple of gyre-gpu's; _ratio_, as everywhere, that of gyre's.
- All cases but the steps give the device 20 runs in a row (4 with \`--quick\`) and wait for it once; a step waits for its loss. The transfer of inputs is not
  timed.
- GB/s counts what a run has to read and write at least, each input and each result once. Shares of the adapter's peak
  stand beside where \`benchmarks/src/adapter-peaks.ts\` knows it from its maker's data sheet.
- Results may differ by 10⁻⁴ of their size, those of transforms and losses by 10⁻³: devices have sines and exponentials
  of their own.

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
