#!/usr/bin/env node
import { isGyreError } from '@gyre/tensor'
import { Command, CommanderError } from 'commander'
import { addCompare } from './commands/compare.js'
import { addDoctor } from './commands/doctor.js'
import { addEvaluate } from './commands/evaluate.js'
import { addFinetune } from './commands/finetune.js'
import { addForward } from './commands/forward.js'
import { addGenerate } from './commands/generate.js'
import { addPredict } from './commands/predict.js'
import { addPretrain } from './commands/pretrain.js'
import { addReport } from './commands/report.js'
import { addCommonOptions } from './common-options.js'

const program = new Command('gyre')
  .description('Fine-tune transformers with block-circulant adapters, and count what it costs.')
  .showHelpAfterError('(add --help for what this command takes)')
  .exitOverride()

for (const add of [
  addCompare,
  addPretrain,
  addFinetune,
  addEvaluate,
  addPredict,
  addGenerate,
  addForward,
  addReport,
  addDoctor,
]) {
  addCommonOptions(add(program)).exitOverride()
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** Expected errors are one sentence; anything else is a bug, and keeps its stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode
  if (isGyreError(error) || isSystemError(error)) {
    process.stderr.write(`error: ${error.message}\n`)
    return 1
  }
  process.stderr.write(`this is a bug in gyre:\n${error instanceof Error ? error.stack : String(error)}\n`)
  return 70
}

/** What the operating system refused: a folder that cannot be written, a disk that is full. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string'
}
