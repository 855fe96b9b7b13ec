import { AdapterError } from './errors.js'

type Test = (character: string) => boolean
type Node =
  | { readonly kind: 'character'; readonly test: Test }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number }

/** One step of a compiled pattern; numbers are places in the program, and a step without one goes on to the next. */
type Step =
  | { readonly kind: 'character'; readonly test: Test }
  | { readonly kind: 'start' | 'end' | 'match' }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'fork'; to: number }

const longestPattern = 2000
const mostSteps = 20_000

/**
 * A regular expression that must match a whole module path. It comes from a file that nobody checked, so it runs in
 * time proportional to pattern × path: all ways through it are followed at once, and none is tried again. Hence the
 * part of the syntax that has no memory: characters, `.`, `\d \w \s`, classes, groups, `|`, `* + ? {m,n}`, `^` and
 * `$`. Anything else (look-around, back references, flags) is an error that begins with `where`.
 *
 * @source Thompson: Regular expression search algorithm. Communications of the ACM 11 (1968).
 */
export class PathPattern {
  readonly #program: readonly Step[]

  constructor(text: string, where: string) {
    const complain = (problem: string): AdapterError =>
      new AdapterError(`${where}: the pattern ${JSON.stringify(text.slice(0, 80))} ${problem}`)
    if (text.length > longestPattern) throw complain(`is longer than ${longestPattern} characters`)
    this.#program = compile(new PatternParser(text, complain).parse(), complain)
  }

  matches(path: string): boolean {
    let places = this.#follow([0], 0, path.length)
    for (let at = 0; at < path.length && places.size > 0; at++) {
      const next: number[] = []
      for (const place of places) {
        const step = this.#program[place]!
        if (step.kind === 'character' && step.test(path[at]!)) next.push(place + 1)
      }
      places = this.#follow(next, at + 1, path.length)
    }
    return places.has(this.#program.length - 1)
  }

  /** Every place that can be reached without reading a character. */
  #follow(from: readonly number[], at: number, length: number): Set<number> {
    const reached = new Set(from)
    for (const place of reached) {
      const step = this.#program[place]!
      if (step.kind === 'jump' || step.kind === 'fork') reached.add(step.to)
      if (
        step.kind === 'fork' ||
        (step.kind === 'start' && at === 0) ||
        (step.kind === 'end' && at === length)
      ) {
        reached.add(place + 1)
      }
    }
    return reached
  }
}

function compile(node: Node, complain: (problem: string) => AdapterError): Step[] {
  const program: Step[] = []
  const emit = <S extends Step>(step: S): S => {
    if (program.length >= mostSteps) throw complain('repeats too much')
    program.push(step)
    return step
  }
  const write = (node: Node): void => {
    if (node.kind === 'sequence') for (const part of node.parts) write(part)
    else if (node.kind === 'choice') {
      const ends = node.parts.map((part, i) => {
        if (i === node.parts.length - 1) return void write(part)
        const fork = emit({ kind: 'fork', to: 0 })
        write(part)
        const end = emit({ kind: 'jump', to: 0 })
        fork.to = program.length
        return end
      })
      for (const end of ends) if (end) end.to = program.length
    } else if (node.kind === 'repeat') {
      for (let i = 0; i < node.least; i++) write(node.part)
      if (node.most === Number.POSITIVE_INFINITY) {
        const start = program.length
        const fork = emit({ kind: 'fork', to: 0 })
        write(node.part)
        emit({ kind: 'jump', to: start })
        fork.to = program.length
      } else {
        const forks: { to: number }[] = []
        for (let i = node.least; i < node.most; i++) {
          forks.push(emit({ kind: 'fork', to: 0 }))
          write(node.part)
        }
        for (const fork of forks) fork.to = program.length
      }
    } else emit(node)
  }
  write(node)
  emit({ kind: 'match' })
  return program
}

const letterClasses: { readonly [letter: string]: RegExp } = {
  d: /\d/,
  D: /\D/,
  w: /\w/,
  W: /\W/,
  s: /\s/,
  S: /\S/,
}

class PatternParser {
  readonly #text: string
  readonly #complain: (problem: string) => AdapterError
  #at = 0

  constructor(text: string, complain: (problem: string) => AdapterError) {
    this.#text = text
    this.#complain = complain
  }

  parse(): Node {
    const node = this.#choice()
    if (this.#at < this.#text.length) throw this.#complain('closes a group that it did not open')
    return node
  }

  #choice(): Node {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }

  #sequence(): Node {
    const parts: Node[] = []
    while (this.#at < this.#text.length && this.#peek() !== '|' && this.#peek() !== ')') {
      parts.push(this.#repeated(this.#atom()))
    }
    return { kind: 'sequence', parts }
  }

  #repeated(part: Node): Node {
    const bounds = this.#bounds()
    if (!bounds) return part
    // Lazy or not, the same paths match.
    this.#take('?')
    if (this.#peek() === '*' || this.#peek() === '+' || this.#bounds()) {
      throw this.#complain('repeats a repetition')
    }
    return { kind: 'repeat', part, ...bounds }
  }

  #bounds(): { least: number; most: number } | undefined {
    if (this.#take('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (this.#take('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (this.#take('?')) return { least: 0, most: 1 }
    const match = /^\{(\d{0,4})(,?)(\d{0,4})\}/.exec(this.#text.slice(this.#at))
    if (!match || (match[1] === '' && match[3] === '')) return undefined
    this.#at += match[0].length
    const least = Number(match[1])
    const most = match[2] === '' ? least : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3])
    if (most < least) throw this.#complain(`has ${match[0]}, whose bounds are the wrong way round`)
    return { least, most }
  }

  #atom(): Node {
    const character = this.#next()
    if (character === '(') return this.#group()
    if (character === '[') return { kind: 'character', test: this.#characterClass() }
    if (character === '.') return { kind: 'character', test: (c) => c !== '\n' }
    if (character === '^') return { kind: 'start' }
    if (character === '$') return { kind: 'end' }
    if (character === '\\') return { kind: 'character', test: this.#escaped() }
    if ('*+?'.includes(character)) throw this.#complain(`has nothing before ${character} to repeat`)
    return { kind: 'character', test: (c) => c === character }
  }

  #group(): Node {
    if (this.#take('?') && !this.#take(':')) {
      throw this.#complain(`has (?${this.#peek() ?? ''}, which is not supported here`)
    }
    const node = this.#choice()
    if (!this.#take(')')) throw this.#complain('opens a group that it does not close')
    return node
  }

  #escaped(): Test {
    const letter = this.#next()
    const letters = letterClasses[letter]
    if (letters) return (c) => letters.test(c)
    if (/\w/.test(letter)) throw this.#complain(`has \\${letter}, which is not supported here`)
    return (c) => c === letter
  }

  #characterClass(): Test {
    const negated = this.#take('^')
    const tests: Test[] = []
    // A bracket that comes first stands for itself.
    do {
      const first = this.#next()
      if (first === '\\') tests.push(this.#escaped())
      else if (this.#peek() === '-' && this.#text[this.#at + 1] !== ']') {
        this.#at++
        const last = this.#next()
        if (last === '\\' || last < first) throw this.#complain(`has the range ${first}-${last}`)
        tests.push((c) => c >= first && c <= last)
      } else tests.push((c) => c === first)
    } while (this.#peek() !== ']')
    this.#at++
    return (c) => tests.some((test) => test(c)) !== negated
  }

  #peek(): string | undefined {
    return this.#text[this.#at]
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }

  #next(): string {
    const character = this.#peek()
    if (character === undefined) throw this.#complain('ends too early')
    this.#at++
    return character
  }
}
