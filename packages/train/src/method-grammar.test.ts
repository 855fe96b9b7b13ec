import { isGyreError } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import {
  methodGrammar,
  methodOptions,
  parseMethod,
  parseMethods,
  parseRunMethod,
  readMethodText,
} from './method-grammar.js'
import { adapterMethods } from './methods.js'

const targets = { targets: ['query', 'value'], modulesToSave: ['classifier'] }
const names = [...Object.keys(adapterMethods), 'full', 'head'].join(', ')
const labelOf = (text: string): string => parseMethod(text, targets).label

describe('parseMethod', () => {
  it('gives an adapter method with its targets', () => {
    const parsed = parseMethod('lora:r=4:alpha=16', targets)
    expect(parsed).toMatchObject({ kind: 'adapter', label: 'lora:r=4:alpha=16' })
    if (parsed.kind === 'adapter') expect(parsed.method.targets).toEqual({ ...targets, biases: 'none' })
  })

  it.each(['full', 'head'])('knows %s', (name) => {
    expect(parseMethod(name, targets)).toEqual({ kind: name, label: name })
  })

  it('takes options by their name or by the letter of the paper, and the rest by default', () => {
    expect(labelOf('bca:blockSize=32')).toBe(labelOf('bca:p=32'))
    expect(labelOf('bca')).toBe('bca:p=max:64')
    expect(labelOf('lora:useRslora=true')).toBe('lora:r=8:rslora=true')
  })

  it('lets a value contain a colon', () => {
    expect(labelOf('bca:p=max:16:scale=false')).toBe('bca:p=max:16:scale=false')
    expect(labelOf('bca:scale=false:p=max:16')).toBe('bca:p=max:16:scale=false')
  })

  it.each([
    'bca:p=max:8',
    'bca:p=q_proj/16+up_proj/4:scale=false',
    'lora:r=2:alpha=0.5:rslora=true',
    'vera:r=4:key=3:d=1',
    'fourierft:n=8:init=zeros:form=sparse',
    'full',
    'full:freeze=embed_tokens+norm',
  ])('reads the label of %s as the same method', (text) => {
    expect(labelOf(labelOf(text))).toBe(labelOf(text))
    expect(labelOf(text)).toBe(text)
  })

  it.each([
    ['full:p=3', "method 'full:p=3': full has freeze, the names of modules joined by +"],
    ['full:freeze=a+', "method 'full:freeze=a+': full has freeze, the names of modules joined by +"],
    ['head:', "method 'head:': head takes no options"],
    ['dora', `method 'dora': unknown method 'dora'; expected one of ${names}`],
    ['', `method '': unknown method ''; expected one of ${names}`],
    ['toString', `unknown method 'toString'; expected one of ${names}`],
    ['bca:r=4', "method 'bca:r=4': unknown option 'r'; bca has blockSize (p), scaleLearningRate (scale)"],
    ['lora:p=4', "method 'lora:p=4': unknown option 'p'; lora has r, alpha, useRslora (rslora)"],
    ['bca:64', "method 'bca:64': expected key=value, got '64'"],
    ['bca:=64', "method 'bca:=64': expected key=value, got '=64'"],
    ['bca:', "method 'bca:': expected key=value, got ''"],
    ['bca:p=4:blockSize=8', "method 'bca:p=4:blockSize=8': blockSize is given twice"],
    ['bca:p=', "method 'bca:p=', blockSize: expected a number, max:n, or target/size joined by +, got ''"],
    [
      'bca:p=4:4',
      "method 'bca:p=4:4', blockSize: expected a number, max:n, or target/size joined by +, got '4:4'",
    ],
    ['lora:r=0', "method 'lora:r=0', r: expected an integer ≥ 1, or target/number joined by +, got '0'"],
    [
      'lora:alpha=big',
      "method 'lora:alpha=big', alpha: expected a number above 0, or target/number joined by +, got 'big'",
    ],
    [
      'fourierft:form=dense',
      "method 'fourierft:form=dense', form: expected transform or sparse or spectral, got 'dense'",
    ],
    ['lora:rslora=1', "method 'lora:rslora=1', useRslora: expected true or false, got '1'"],
  ])('rejects %s in one clear sentence', (text, message) => {
    const parse = () => parseMethod(text, targets)
    expect(parse).toThrow(message)
    try {
      parse()
    } catch (error) {
      expect(isGyreError(error)).toBe(true)
    }
  })
})

describe('readMethodText', () => {
  it.each([
    ['bca:p=max:16:scale=false', 'bca', { blockSize: 'max:16', scaleLearningRate: 'false' }],
    ['bca:p=auto:budget=64', 'bca', { blockSize: 'auto', budget: '64' }],
    ['full:freeze=a+b', 'full', { freeze: 'a+b' }],
    ['head', 'head', {}],
  ])('takes %s apart', (text, name, options) => {
    expect(readMethodText(text)).toEqual({ name, options })
    expect(Object.keys(methodOptions(name))).toEqual(expect.arrayContaining(Object.keys(options)))
  })

  it('leaves what the texts say to their options', () => {
    const { options } = readMethodText('lora:r=many')
    expect(() => methodOptions('lora').r!.parse(options.r!, 'r')).toThrow("got 'many'")
    expect(() => methodOptions('dora')).toThrow("unknown method 'dora'")
  })
})

describe('parseRunMethod', () => {
  it('leaves block sizes to the gradients of the run, within a budget', () => {
    for (const text of ['bca:p=auto:budget=4096', 'c3a:budget=4096:blockSize=auto']) {
      const method = parseRunMethod(text, targets)
      if (method.kind !== 'automatic') throw new Error(method.kind)
      expect(method).toMatchObject({
        label: text,
        budget: 4096,
        score: 'energy',
        targets: targets.targets,
      })
    }
    expect(parseRunMethod('bca:p=auto:budget=9:by=magnitude', targets)).toMatchObject({ score: 'magnitude' })
  })

  it('makes the method once the sizes are known, at their sites and with its other options', () => {
    const automatic = parseRunMethod('bca:p=auto:budget=64:scale=false', targets)
    if (automatic.kind !== 'automatic') throw new Error(automatic.kind)
    const chosen = automatic.withBlockSizes({ 'layer.0.query': 4, 'layer.1.value': 8 })
    if (chosen.kind !== 'adapter') throw new Error(chosen.kind)
    expect(chosen.label).toBe(automatic.label)
    expect(chosen.method.label).toBe('bca:p=layer.0.query/4+layer.1.value/8:scale=false')
    expect(chosen.method.targets).toEqual({
      ...targets,
      targets: ['layer.0.query', 'layer.1.value'],
      biases: 'none',
    })
  })

  it('reads everything else as parseMethod does', () => {
    for (const text of ['bca:p=8', 'full', 'head']) {
      expect(JSON.stringify(parseRunMethod(text, targets))).toBe(JSON.stringify(parseMethod(text, targets)))
    }
  })

  it.each([
    ['bca:p=auto', "method 'bca:p=auto': p=auto needs a budget, as in bca:p=auto:budget=4096"],
    ['bca:p=8:budget=64', "method 'bca:p=8:budget=64': budget belongs to p=auto"],
    ['bca:budget=64', "method 'bca:budget=64': budget belongs to p=auto"],
    ['bca:p=auto:budget=0', "method 'bca:p=auto:budget=0', budget: expected an integer ≥ 1, got '0'"],
    ['bca:p=auto:budget=4k', "method 'bca:p=auto:budget=4k', budget: expected an integer ≥ 1, got '4k'"],
    ['bca:by=magnitude', "method 'bca:by=magnitude': by belongs to p=auto"],
    [
      'bca:p=auto:budget=9:by=size',
      "method 'bca:p=auto:budget=9:by=size', by: expected energy or magnitude, got 'size'",
    ],
    ['bca:p=auto:p=4:budget=8', "method 'bca:p=auto:p=4:budget=8': blockSize is given twice"],
    ['lora:r=auto:budget=64', "method 'lora:r=auto:budget=64': unknown option 'budget'; lora has r, alpha"],
  ])('rejects %s in one clear sentence', (text, message) => {
    expect(() => parseRunMethod(text, targets)).toThrow(message)
  })

  it('is what a choice needs: there is none to make without a run', () => {
    expect(() => parseMethod('bca:p=auto:budget=64', targets)).toThrow(
      "method 'bca:p=auto:budget=64': block sizes are chosen by the gradients of a run, and here is none; expected sizes",
    )
  })
})

describe('parseMethods', () => {
  it('takes methods apart at commas', () => {
    const labels = parseMethods('bca:p=8, lora:r=2,full', targets).map(({ label }) => label)
    expect(labels).toEqual(['bca:p=8', 'lora:r=2', 'full'])
  })

  it('rejects an empty one', () => {
    expect(() => parseMethods('bca,', targets)).toThrow("unknown method ''")
  })
})

describe('methodGrammar', () => {
  it('has a line for every method, with every option, its letter and its default', () => {
    const lines = methodGrammar()
    expect(lines.map((line) => /^\w+/.exec(line)![0])).toEqual([
      ...Object.keys(adapterMethods),
      'full',
      'head',
    ])
    for (const { methodName, options } of Object.values(adapterMethods)) {
      const line = lines.find((each) => each.startsWith(methodName))!
      for (const [key, { alias, doc }] of Object.entries(options)) {
        expect(line).toContain(`[:${alias ? `${key}|${alias}` : key}=`)
        expect(line).toContain(doc)
      }
    }
    expect(lines[0]).toContain('[:blockSize|p=max:64]')
  })
})
