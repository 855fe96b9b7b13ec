import { Command, CommanderError } from 'commander'
import { addCompare } from './commands/compare.js'
import { addConvert } from './commands/convert.js'
import { addDoctor } from './commands/doctor.js'
import { addEvaluate } from './commands/evaluate.js'
import { addFinetune } from './commands/finetune.js'
import { addForward } from './commands/forward.js'
import { addGenerate } from './commands/generate.js'
import { addMerge } from './commands/merge.js'
import { addPredict } from './commands/predict.js'
import { addPretrain } from './commands/pretrain.js'
import { addReport } from './commands/report.js'
import { addSimulate } from './commands/simulate.js'
import { addSweep } from './commands/sweep.js'
import { addWorker } from './commands/worker.js'
import { addCommonOptions } from './common-options.js'
import { sentenceOf } from './errors.js'

/** Runs the command line's words, such as `['doctor', '--json']`; gives the exit code. */
export async function runCommand(words: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(words, { from: 'user' })
    return 0
  } catch (error) {
    return report(error)
  }
}

function createProgram(): Command {
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
    addMerge,
    addConvert,
    addReport,
    addSweep,
    addWorker,
    addSimulate,
    addDoctor,
  ]) {
    addCommonOptions(add(program)).exitOverride()
  }
  return program
}

/** Expected errors are one sentence; anything else is a bug, and keeps its stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode
  const sentence = sentenceOf(error)
  if (sentence !== undefined) {
    process.stderr.write(`error: ${sentence}\n`)
    return 1
  }
  process.stderr.write(`this is a bug in gyre:\n${error instanceof Error ? error.stack : String(error)}\n`)
  return 70
}
