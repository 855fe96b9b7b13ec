// Compiles the kernels of this folder with AssemblyScript, once for SIMD128 and once with relaxed SIMD, and writes
// them with the types of their arguments to ../src/kernels.generated.ts. Does nothing when that is up to date.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const target = fileURLToPath(new URL('../src/kernels.generated.ts', import.meta.url))
const compiler = join(createRequire(import.meta.url).resolve('assemblyscript/package.json'), '../bin/asc.js')

/** Bytes of an argument, by its AssemblyScript type. Every address is 32 bits wide. */
const sizes = { i32: 4, usize: 4, f32: 4, f64: 8 }

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
const generators = files.filter((file) => file.endsWith('.codegen.mjs'))

const hash = createHash('sha256')
hash.update(readFileSync(compiler.replace('bin/asc.js', 'package.json')))
for (const file of [...sources, ...generators, 'build.mjs'])
  hash.update(`${file}\0`).update(readFileSync(join(folder, file)))
const stamp = `// Made by kernels/build.mjs from sources with the hash ${hash.digest('hex')}.`
if (existsSync(target) && readFileSync(target, 'utf8').startsWith(stamp)) process.exit(0)
process.stderr.write('compiling the WebAssembly kernels\n')

// A generator's default export is the text of a source file: code that is too regular to be written by hand.
const generated = []
for (const file of generators) {
  const { default: text } = await import(pathToFileURL(join(folder, file)).href)
  const output = file.replace(/\.codegen\.mjs$/, '.generated.ts')
  writeFileSync(join(folder, output), text)
  generated.push(output)
}

const kernels = [...sources, ...generated].flatMap(kernelsOf)
const names = kernels.map(({ name }) => name)
const twice = names.find((name, index) => names.indexOf(name) !== index)
if (twice) throw new Error(`two kernels are named ${twice}`)
writeFileSync(join(folder, 'dispatch.generated.ts'), dispatchSource())

const scratch = mkdtempSync(join(tmpdir(), 'gyre-kernels-'))
const [simd, relaxed] = await Promise.all([
  compile('simd', []),
  compile('relaxed', ['--enable', 'relaxed-simd']),
])
rmSync(scratch, { recursive: true })
writeFileSync(`${target}.${process.pid}`, typescriptSource())
renameSync(`${target}.${process.pid}`, target)

/** Every `export function name(args: Arguments, chunk: i32, scratch: usize): void` of a file. */
function kernelsOf(file) {
  const text = readFileSync(join(folder, file), 'utf8')
  return [...text.matchAll(/export function (\w+)\(args: (\w+), chunk: i32, scratch: usize\): void/g)].map(
    ([, name, className]) => ({ name, className, file, fields: fieldsOf(text, className, file) }),
  )
}

/** The fields of an `@unmanaged export class`, in order, with their offsets: each is aligned to its own size. */
function fieldsOf(text, className, file) {
  const body = text.match(new RegExp(`@unmanaged\\s+export class ${className} \\{([^}]*)\\}`))?.[1]
  if (body === undefined)
    throw new Error(`${file}: ${className} is no exported @unmanaged class of this file`)
  let offset = 0
  return [...body.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').matchAll(/(\w+): (\w+)/g)].map(
    ([, name, type]) => {
      const size = sizes[type]
      if (!size) throw new Error(`${file}: ${className}.${name} is ${type}; expected ${Object.keys(sizes)}`)
      offset = Math.ceil(offset / size) * size
      const field = { name, type, offset }
      offset += size
      return field
    },
  )
}

/** The entry of the compilation: what the host calls, and the choice of a kernel by its number. */
function dispatchSource() {
  const imports = kernels.map(
    ({ name, className, file }) =>
      `import { ${name}, ${className} as ${name}Arguments } from './${modulePath(file)}'`,
  )
  const cases = kernels.map(
    ({ name }, id) => `    case ${id}: ${name}(changetype<${name}Arguments>(args), chunk, scratch); break`,
  )
  return `// Made by build.mjs.
${imports.join('\n')}
export { runProgram } from './runtime/run-program'
// An exported kernel stays a function of its own, which the engine optimises when it is used much; else some would be
// inlined into runKernel, which alone calls them, and be optimised with it.
export { ${names.join(', ')} }

/** Runs chunk \`chunk\` of kernel \`id\`. */
export function runKernel(id: i32, args: usize, chunk: i32, scratch: usize): void {
  switch (id) {
${cases.join('\n')}
    default: unreachable()
  }
}
`
}

function modulePath(file) {
  return relative('.', file).replaceAll(sep, '/').replace(/\.ts$/, '')
}

/** Compiles; gives the module as base64. */
async function compile(variant, features) {
  const output = join(scratch, `${variant}.wasm`)
  const compilation = spawn(
    process.execPath,
    [
      compiler,
      'dispatch.generated.ts',
      ...['-O3', '--noAssert', '--runtime', 'stub', '--outFile', output],
      // The first kilobyte is the threads' common state: runtime/shared-state.ts.
      ...['--memoryBase', '1024', '--importMemory', '--sharedMemory'],
      ...['--initialMemory', '16', '--maximumMemory', '65536'],
      ...['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory', ...features],
      // AS112: a vector cannot go to JavaScript. None does; functions of these files give them to each other.
      ...['--disableWarning', '112'],
    ],
    { cwd: folder, stdio: ['ignore', 2, 2] },
  )
  const status = await new Promise((resolve, reject) => compilation.on('error', reject).on('exit', resolve))
  if (status !== 0)
    throw new Error(`the kernels do not compile (${variant}); the compiler's messages are above`)
  return readFileSync(output).toString('base64')
}

function typescriptSource() {
  const interfaces = kernels.map(({ name, fields }) => {
    const members = fields.map(({ name, type }) => `${name}: ${type === 'usize' ? 'Pointer' : 'number'}`)
    return `  ${name}: { ${members.join('; ')} }`
  })
  const layouts = kernels.map(({ name, fields }, id) => {
    const members = fields.map(({ name, type, offset }) => `['${name}', '${type}', ${offset}]`)
    const last = fields.at(-1)
    return `  ${name}: { id: ${id}, bytes: ${last ? last.offset + sizes[last.type] : 0}, fields: [${members.join(', ')}] },`
  })
  return `${stamp}
import type { Pointer } from './command.js'

/** The arguments of every kernel. */
export interface KernelArguments {
${interfaces.join('\n')}
}

export interface KernelLayout {
  readonly id: number
  readonly bytes: number
  /** Name, AssemblyScript type and byte offset. */
  readonly fields: readonly (readonly [name: string, type: 'i32' | 'usize' | 'f32' | 'f64', offset: number])[]
}

export const kernelLayouts: { readonly [Name in keyof KernelArguments]: KernelLayout } = {
${layouts.join('\n')}
}

/** WebAssembly with 128-bit SIMD. */
export const simdModule = '${simd}'
/** The same with relaxed SIMD: fused multiply-add. */
export const relaxedModule = '${relaxed}'
`
}
