import { describe, expect, it } from 'vitest'
import { type Command, EncodedProgram, MemoryBlock } from './command.js'

/** A command that is cut into so many parts. */
function command(chunks: number, mayHalt = false): Command {
  const [source, output] = [new MemoryBlock(64), new MemoryBlock(64)]
  const args = { source, output, bytes: 64, chunkSize: 64 }
  return { kernel: 'copy', args, chunks, mayHalt, elementwise: false, op: 0 }
}

/** The barrier and last-barrier words of each command as it is written. */
function barriersOf(...commands: readonly Command[]): readonly string[] {
  const program = new EncodedProgram(commands)
  const memory = new ArrayBuffer(program.bytes)
  program.write(memory, 0)
  const words = new Int32Array(memory)
  const found: string[] = []
  for (let at = 0; words[at]! >= 0; at += words[at + 3]! / 4) {
    found.push(['', 'barrier', 'last barrier'][words[at + 4]! + words[at + 5]!]!)
  }
  return found
}

describe('threads wait for each other', () => {
  it('around a command that is cut, and after one that may refuse a number', () => {
    expect(barriersOf(command(1), command(1), command(4), command(1, true), command(4))).toEqual([
      '',
      'barrier',
      'barrier',
      'barrier',
      'last barrier',
    ])
  })

  it('for the last time before the commands at the end that one thread runs alone', () => {
    expect(barriersOf(command(4), command(1), command(1))).toEqual(['last barrier', '', ''])
    expect(barriersOf(command(1), command(4), command(1, true), command(1))).toEqual([
      'barrier',
      'barrier',
      'last barrier',
      '',
    ])
  })
})
