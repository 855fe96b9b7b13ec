// Writes the passes of the transforms: butterflies of 2, 3, 4 and 5 points on tiles of complex numbers. An element of
// a tile is 32 bytes: four real parts, then four imaginary parts, one of each for every lane.
//
// A network takes the polynomial with n coefficients modulo x^n - 1 to its remainders modulo x - exp(-2πi f / n), one
// pass at a time: a block, taken modulo x^s - exp(-2πi φ), becomes r blocks with phases (φ + j) / r. So one twiddle
// per element of a butterfly serves a whole block, and the first block, whose phase is 0, needs none. The result
// stands in the order in which phases split, digit-reversed. The inverse network takes each step back.

const radices = [2, 3, 4, 5]
let count = 0

/** Lines of code with a fresh name for each value. */
class Code {
  lines = []
  define(expression) {
    const name = `t${count++}`
    this.lines.push(`const ${name} = ${expression}`)
    return name
  }
  add(a, b) {
    return this.define(`f32x4.add(${a}, ${b})`)
  }
  sub(a, b) {
    return this.define(`f32x4.sub(${a}, ${b})`)
  }
  mul(a, b) {
    return this.define(`f32x4.mul(${a}, ${b})`)
  }
  /** c + a · b */
  mulAdd(a, b, c) {
    return this.define(`multiplyAdd(${a}, ${b}, ${c})`)
  }
  /** c - a · b */
  mulSub(a, b, c) {
    return this.define(`subtractProduct(${a}, ${b}, ${c})`)
  }
  text() {
    return this.lines.join('\n')
  }
}

const splat = (number) => `f32x4.splat(${Math.fround(number)})`
const eachPart = (a, b, operation) => ({ re: operation(a.re, b.re), im: operation(a.im, b.im) })

/** r-point transform; with `direction` -1 the forward one, with 1 the inverse, not scaled. */
function butterfly(code, inputs, direction) {
  const add = (a, b) => eachPart(a, b, (x, y) => code.add(x, y))
  const sub = (a, b) => eachPart(a, b, (x, y) => code.sub(x, y))
  // a + direction · i · b and a - direction · i · b
  const turned = (a, b) => {
    const minus = { re: code.add(a.re, b.im), im: code.sub(a.im, b.re) }
    const plus = { re: code.sub(a.re, b.im), im: code.add(a.im, b.re) }
    return direction < 0 ? [minus, plus] : [plus, minus]
  }
  if (inputs.length === 1) return inputs
  if (inputs.length === 2) return [add(inputs[0], inputs[1]), sub(inputs[0], inputs[1])]
  if (inputs.length === 3) {
    const [a, b, c] = inputs
    const sum = add(b, c)
    const half = code.define(splat(0.5))
    const sine = code.define(splat(Math.sin(Math.PI / 3)))
    const middle = eachPart(sum, a, (x, y) => code.mulSub(half, x, y))
    const difference = sub(b, c)
    const scaled = { re: code.mul(sine, difference.re), im: code.mul(sine, difference.im) }
    const [second, third] = turned(middle, scaled)
    return [add(a, sum), second, third]
  }
  if (inputs.length === 4) {
    const [a, b, c, d] = inputs
    const even = add(a, c)
    const odd = add(b, d)
    const [second, fourth] = turned(sub(a, c), sub(b, d))
    return [add(even, odd), second, sub(even, odd), fourth]
  }
  const [a, b, c, d, e] = inputs
  const angle = (2 * Math.PI) / 5
  const [cos1, cos2, sin1, sin2] = [
    Math.cos(angle),
    Math.cos(2 * angle),
    Math.sin(angle),
    Math.sin(2 * angle),
  ].map((number) => code.define(splat(number)))
  const sum1 = add(b, e)
  const sum2 = add(c, d)
  const difference1 = sub(b, e)
  const difference2 = sub(c, d)
  const weighted = (w1, x1, w2, x2, start) =>
    eachPart(
      eachPart(x1, start, (x, y) => code.mulAdd(w1, x, y)),
      x2,
      (y, x) => code.mulAdd(w2, x, y),
    )
  const middle1 = weighted(cos1, sum1, cos2, sum2, a)
  const middle2 = weighted(cos2, sum1, cos1, sum2, a)
  const scaled = (w, x) => ({ re: code.mul(w, x.re), im: code.mul(w, x.im) })
  const cross1 = eachPart(difference2, scaled(sin1, difference1), (x, y) => code.mulAdd(sin2, x, y))
  const cross2 = eachPart(difference2, scaled(sin2, difference1), (x, y) => code.mulSub(sin1, x, y))
  const [second, fifth] = turned(middle1, cross1)
  const [third, fourth] = turned(middle2, cross2)
  return [add(a, add(sum1, sum2)), second, third, fourth, fifth]
}

/** value · twiddle, or value · conj(twiddle). */
function turn(code, value, twiddle, conjugate) {
  const reRe = code.mul(value.re, twiddle.re)
  const reIm = code.mul(value.re, twiddle.im)
  return conjugate
    ? {
        re: code.mulAdd(value.im, twiddle.im, reRe),
        im: code.mulSub(value.re, twiddle.im, code.mul(value.im, twiddle.re)),
      }
    : { re: code.mulSub(value.im, twiddle.im, reRe), im: code.mulAdd(value.im, twiddle.re, reIm) }
}

const range = (length) => Array.from({ length }, (_, i) => i)
const loadAt = (code, address) => ({
  re: code.define(`v128.load(${address})`),
  im: code.define(`v128.load(${address}, 16)`),
})
const storeAt = (code, address, { re, im }) =>
  code.lines.push(`v128.store(${address}, ${re})`, `v128.store(${address}, ${im}, 16)`)
const loadTwiddles = (code, radix, pointer) =>
  range(radix - 1).map((i) => ({
    re: code.define(`v128.load32_splat(${pointer}, ${8 * i})`),
    im: code.define(`v128.load32_splat(${pointer}, ${8 * i + 4})`),
  }))

/** One butterfly of a pass. `twiddles` is undefined in the first block. */
function transformed(code, direction, values, twiddles) {
  const turned = (elements) =>
    twiddles
      ? elements.map((value, i) => (i === 0 ? value : turn(code, value, twiddles[i - 1], direction > 0)))
      : elements
  return direction < 0
    ? butterfly(code, turned(values), direction)
    : turned(butterfly(code, values, direction))
}

/** One butterfly of a pass, from and to the same places. */
function step(code, direction, addresses, twiddles) {
  const values = addresses.map((address) => loadAt(code, address))
  transformed(code, direction, values, twiddles).forEach((value, i) => {
    storeAt(code, addresses[i], value)
  })
}

/** Places of the elements of a butterfly whose columns are one. */
const adjacent = (code, base, radix) =>
  range(radix).map((i) => (i === 0 ? base : code.define(`${base} + ${32 * i}`)))

function passFunction(radix, direction) {
  const places = (code, base) =>
    range(radix).map((i) => (i === 0 ? base : code.define(`${base} + ${i === 1 ? 'stride' : `stride${i}`}`)))
  const body = (twiddles) => {
    const code = new Code()
    step(code, direction, places(code, 'a'), twiddles)
    return code.text()
  }
  const hoisted = new Code()
  const twiddles = loadTwiddles(hoisted, radix, 'twiddles')
  const single = new Code()
  step(single, direction, adjacent(single, 'a', radix), loadTwiddles(single, radix, 'twiddles'))
  return `
/** ${direction < 0 ? 'Twiddles, then butterflies' : 'Butterflies, then conjugate twiddles'} of ${radix} elements that are \`columns\` elements apart, in each of \`blocks\` blocks. */
export function ${direction < 0 ? 'forward' : 'inverse'}Pass${radix}(tile: usize, blocks: i32, columns: i32, twiddles: usize): void {
  const stride = <usize>columns << 5
  ${range(radix)
    .slice(2)
    .map((i) => `const stride${i} = stride * ${i}`)
    .join('\n')}
  let a = tile
  let end = tile + stride
  for (; a < end; a += 32) {
    ${body(undefined)}
  }
  twiddles += ${8 * (radix - 1)}
  if (columns == 1) {
    a += ${32 * (radix - 1)}
    end = tile + <usize>blocks * ${32 * radix}
    for (; a < end; a += ${32 * radix}) {
      ${single.text()}
      twiddles += ${8 * (radix - 1)}
    }
    return
  }
  for (let block = 1; block < blocks; block++) {
    a += stride * ${radix - 1}
    end = a + stride
    ${hoisted.text()}
    for (; a < end; a += 32) {
      ${body(twiddles)}
    }
    twiddles += ${8 * (radix - 1)}
  }
}
`
}

/** The last forward pass, the product with a kernel, and the first inverse pass, all of radix 4. */
function convolvePassFunction() {
  const code = new Code()
  const places = adjacent(code, 'a', 4)
  const twiddles = loadTwiddles(code, 4, 'twiddles')
  const values = places.map((place) => loadAt(code, place))
  const spectra = transformed(code, -1, values, twiddles)
  const kept = adjacent(code, 'spectrum', 4)
  const products = spectra.map((value, i) => {
    storeAt(code, kept[i], value)
    const factor = {
      re: code.define(`v128.load32_splat(kernel, ${8 * i})`),
      im: code.define(`v128.load32_splat(kernel, ${8 * i + 4})`),
    }
    return turn(code, value, factor, false)
  })
  transformed(code, 1, products, twiddles).forEach((value, i) => {
    storeAt(code, places[i], value)
  })
  return `
/**
 * The last forward pass, which leaves the spectrum in \`spectrum\`, its product with the one of a real kernel, and the
 * first inverse pass, all of radix 4 and in registers.
 */
export function convolvePass4(a: usize, spectrum: usize, kernel: usize, blocks: i32, twiddles: usize): void {
  const end = a + (<usize>blocks << 7)
  for (; a < end; a += 128) {
    ${code.text()}
    spectrum += 128
    kernel += 32
    twiddles += 24
  }
}
`
}

/**
 * Columns i and i + 1 (or column i alone) of four rows that stand \`stride\` bytes apart: one number of each row in
 * a vector.
 */
function gather(code, base, width) {
  if (width === 1) {
    let value = `v128.load32_zero(${base})`
    for (let row = 1; row < 4; row++)
      value = `v128.load32_lane(${base} + ${rowOffset(row)}, ${value}, ${row})`
    return [code.define(value)]
  }
  const low = code.define(`v128.load64_lane(${base} + stride, v128.load64_zero(${base}), 1)`)
  const high = code.define(`v128.load64_lane(${base} + stride3, v128.load64_zero(${base} + stride2), 1)`)
  return [
    code.define(`v128.shuffle<f32>(${low}, ${high}, 0, 2, 4, 6)`),
    code.define(`v128.shuffle<f32>(${low}, ${high}, 1, 3, 5, 7)`),
  ]
}
const rowOffset = (row) => (row === 1 ? 'stride' : `stride${row}`)

/** The way back of \`gather\`. */
function scatter(code, base, values) {
  if (values.length === 1) {
    code.lines.push(`v128.store32_lane(${base}, ${values[0]}, 0)`)
    for (let row = 1; row < 4; row++)
      code.lines.push(`v128.store32_lane(${base} + ${rowOffset(row)}, ${values[0]}, ${row})`)
    return
  }
  const low = code.define(`v128.shuffle<f32>(${values[0]}, ${values[1]}, 0, 4, 1, 5)`)
  const high = code.define(`v128.shuffle<f32>(${values[0]}, ${values[1]}, 2, 6, 3, 7)`)
  code.lines.push(
    `v128.store64_lane(${base}, ${low}, 0)`,
    `v128.store64_lane(${base} + stride, ${low}, 1)`,
    `v128.store64_lane(${base} + stride2, ${high}, 0)`,
    `v128.store64_lane(${base} + stride3, ${high}, 1)`,
  )
}

/** Loops over pairs of columns, and over a last single one. */
function columnLoops(body) {
  const loop = (width) => {
    const code = new Code()
    body(code, width)
    return code.text()
  }
  return `
  let column = columns
  for (; column >= 2; column -= 2) {
    ${loop(2)}
    row += 8
    a += 64
  }
  if (column > 0) {
    ${loop(1)}
  }`
}

const rowPlaces = (code, radix) =>
  range(radix).map((i) => (i === 0 ? 'row' : code.define(`row + rowStep * ${i}`)))

/**
 * The first pass of the forward network, on real rows: rows 0 to 3 are the real parts of the lanes, rows 4 to 7 the
 * imaginary parts. One group of four rows after the other: eight streams evict each other when rows are a multiple
 * of 4 KB apart.
 */
function loadRealFunction(radix) {
  const half = (part) => (code, width) => {
    const rows = rowPlaces(code, radix)
    const elements = range(radix).map((i) => (i === 0 ? 'a' : code.define(`a + tileStep * ${i}`)))
    const columns = rows.map((base) => gather(code, base, width))
    range(width).forEach((w) => {
      const x = columns.map((values) => values[w])
      const put = (i, value, isImaginary = part === 'im') =>
        code.lines.push(`v128.store(${elements[i]}, ${value}, ${32 * w + (isImaginary ? 16 : 0)})`)
      if (radix === 1) put(0, x[0])
      else if (radix === 2) {
        put(0, code.add(x[0], x[1]))
        put(1, code.sub(x[0], x[1]))
      } else {
        const even = code.add(x[0], x[2])
        const odd = code.add(x[1], x[3])
        put(0, code.add(even, odd))
        put(2, code.sub(even, odd))
        const d0 = code.sub(x[0], x[2])
        const d1 = code.sub(x[1], x[3])
        if (part === 're') {
          // The second half of the loading mixes these with their imaginary parts.
          put(1, d0)
          put(3, d1)
        } else {
          const e0 = code.define(`v128.load(${elements[1]}, ${32 * w})`)
          const e1 = code.define(`v128.load(${elements[3]}, ${32 * w})`)
          put(1, code.add(e0, d1), false)
          put(1, code.sub(d0, e1))
          put(3, code.sub(e0, d1), false)
          put(3, code.add(d0, e1))
        }
      }
    })
  }
  return realFunction('loadReal', radix, half)
}

/** The last pass of the inverse network, into real rows. */
function storeRealFunction(radix) {
  const half = (part) => (code, width) => {
    const rows = rowPlaces(code, radix)
    const elements = range(radix).map((i) => (i === 0 ? 'a' : code.define(`a + tileStep * ${i}`)))
    const results = range(width).map((w) => {
      const get = (i, isImaginary = part === 'im') =>
        code.define(`v128.load(${elements[i]}, ${32 * w + (isImaginary ? 16 : 0)})`)
      if (radix === 1) return [get(0)]
      if (radix === 2) {
        const [x, y] = [get(0), get(1)]
        return [code.add(x, y), code.sub(x, y)]
      }
      const [x0, x1, x2, x3] = range(4).map((i) => get(i))
      const even = code.add(x0, x2)
      const odd = code.add(x1, x3)
      const difference = code.sub(x0, x2)
      // i · (x1 - x3): its real part is minus the imaginary part of the difference.
      const across = code.sub(get(1, part === 're'), get(3, part === 're'))
      const second = part === 're' ? code.sub(difference, across) : code.add(difference, across)
      const fourth = part === 're' ? code.add(difference, across) : code.sub(difference, across)
      return [code.add(even, odd), second, code.sub(even, odd), fourth]
    })
    range(radix).forEach((i) => {
      scatter(
        code,
        rows[i],
        results.map((values) => values[i]),
      )
    })
  }
  return realFunction('storeReal', radix, half)
}

function realFunction(name, radix, half) {
  return `
/** ${name === 'loadReal' ? 'Eight rows of n numbers into a tile' : 'A tile into eight rows of n numbers'}, with a pass of radix ${radix}. */
export function ${name}${radix}(rows: usize, imaginaryRows: usize, stride: usize, tile: usize, n: i32): void {
  ${name}${radix}Re(rows, stride, stride * 2, tile, n)
  ${name}${radix}Im(imaginaryRows, stride, stride * 2, tile, n)
}
${['re', 'im']
  .map(
    (part) => `
${name === 'storeReal' && part === 're' ? '/** The real parts alone. Rows stand at 0, stride, stride2 and stride + stride2. */\nexport ' : ''}function ${name}${radix}${part === 're' ? 'Re' : 'Im'}(row: usize, stride: usize, stride2: usize, a: usize, n: i32): void {
  const columns = ${radix === 1 ? 'n' : `n / ${radix}`}
  const stride3 = stride + stride2
  const rowStep = <usize>columns << 2
  const tileStep = <usize>columns << 5
  ${columnLoops(half(part))}
}
`,
  )
  .join('')}`
}

/**
 * The first pass of the inverse network on four rows of n complex numbers in their natural order; \`places\` says to
 * which block a column belongs. With \`swap\` real and imaginary parts change places, which makes the inverse network
 * a forward one.
 */
function loadComplexFunction(radix, swap) {
  const code = new Code()
  const rows = range(radix).map((i) => (i === 0 ? 'row' : code.define(`row + rowStep * ${i}`)))
  code.lines.push('const a = tile + <usize>load<u32>(places)')
  const values = rows.map((base) => {
    const [re, im] = gather(code, base, 2)
    return swap ? { re: im, im: re } : { re, im }
  })
  let results = butterfly(code, values, 1)
  if (radix > 1) {
    code.lines.push(
      `const twiddle = twiddles + (<usize>load<u32>(places) >> ${radix === 2 ? '3' : '7'}) * ${radix === 2 ? '1' : '24'}`,
    )
    const factors = loadTwiddles(code, radix, 'twiddle')
    results = results.map((value, i) => (i === 0 ? value : turn(code, value, factors[i - 1], true)))
  }
  results.forEach((value, i) => {
    code.lines.push(`v128.store(a, ${value.re}, ${32 * i})`, `v128.store(a, ${value.im}, ${32 * i + 16})`)
  })
  return `
/** Four rows of n complex numbers into a tile, with the first inverse pass, of radix ${radix}${swap ? '; real and imaginary parts swapped' : ''}. */
export function loadComplex${radix}${swap ? 'Swapped' : ''}(row: usize, stride: usize, tile: usize, n: i32, places: usize, twiddles: usize): void {
  const columns = ${radix === 1 ? 'n' : `n / ${radix}`}
  const stride2 = stride * 2
  const stride3 = stride * 3
  const rowStep = <usize>columns << 3
  const end = row + rowStep
  for (; row < end; row += 8) {
    ${code.text()}
    places += 4
  }
}
`
}

/** The last pass of the inverse network, into four rows of n complex numbers, multiplied by \`scale\`. */
function storeComplexFunction(radix, swap) {
  const code = new Code()
  const rows = range(radix).map((i) => (i === 0 ? 'row' : code.define(`row + rowStep * ${i}`)))
  const places = range(radix).map((i) => (i === 0 ? 'a' : code.define(`a + tileStep * ${i}`)))
  const results = butterfly(
    code,
    places.map((place) => loadAt(code, place)),
    1,
  )
  results.forEach(({ re, im }, i) => {
    const scaled = [swap ? im : re, swap ? re : im].map((part) => (swap ? part : code.mul(part, 'factor')))
    scatter(code, rows[i], scaled)
  })
  return `
/** A tile into four rows of n complex numbers, with the last inverse pass, of radix ${radix}${swap ? '; real and imaginary parts swapped back' : ', scaled'}. */
export function storeComplex${radix}${swap ? 'Swapped' : ''}(row: usize, stride: usize, a: usize, n: i32${swap ? '' : ', scale: f32'}): void {
  const columns = ${radix === 1 ? 'n' : `n / ${radix}`}
  const stride2 = stride * 2
  const stride3 = stride * 3
  const rowStep = <usize>columns << 3
  const tileStep = <usize>columns << 5
  ${swap ? '' : 'const factor = f32x4.splat(scale)'}
  const end = row + rowStep
  for (; row < end; row += 8) {
    ${code.text()}
    a += 32
  }
}
`
}

export default `// Made by passes.codegen.mjs.
import { multiplyAdd, subtractProduct } from '../simd'
${radices.flatMap((radix) => [passFunction(radix, -1), passFunction(radix, 1)]).join('')}
${convolvePassFunction()}
${[1, 2, 4].flatMap((radix) => [loadRealFunction(radix), storeRealFunction(radix)]).join('')}
${[1, 2, 4]
  .flatMap((radix) =>
    [false, true].flatMap((swap) => [loadComplexFunction(radix, swap), storeComplexFunction(radix, swap)]),
  )
  .join('')}`
