import { loadAdapterFolder } from '@gyre/adapters/node'
import { valueAndGrad } from '@gyre/autograd'
import { int32Of, type LazySafetensorsFile, type WritableTensor } from '@gyre/safetensors'
import { openSafetensorsFile, writeSafetensorsFile } from '@gyre/safetensors/node'
import { type HasParameters, scope, type Tensor, tensor } from '@gyre/tensor'
import { adapterMethods } from '@gyre/train'
import { hasLearnedPositions, longestSequence, type Model, type ModelInputs } from '@gyre/transformers'
import type { Command } from 'commander'
import { chooseBackend } from '../backend.js'
import type { CommonOptions } from '../common-options.js'
import { UsageError } from '../errors.js'
import { loadModelWithProgress } from '../load-model.js'

interface ForwardOptions extends CommonOptions {
  readonly model: string
  readonly adapter?: string
  readonly inputs: string
  readonly outputs: string
  readonly grads: boolean
  readonly hiddenStates: boolean
}

export function addForward(program: Command): Command {
  return program
    .command('forward')
    .description('run a model once on the tensors of a file, and write what comes out')
    .requiredOption('--model <dir>', 'folder with config.json and safetensors, or a .bin file of llama2.c')
    .option('--adapter <dir>', 'folder with adapter_config.json and adapter_model.safetensors')
    .requiredOption(
      '--inputs <file>',
      'safetensors with input_ids, and attention_mask, token_type_ids and labels where there are',
    )
    .requiredOption('--outputs <file>', 'safetensors to write: logits, loss, …')
    .option('--grads', 'write the gradient of every trainable parameter as grads.<name>', false)
    .option('--hidden-states', 'write hidden_states.<i>', false)
    .action(runForward)
}

async function runForward(options: ForwardOptions): Promise<void> {
  await chooseBackend(options)
  const model = await loadModelWithProgress(options.model)
  const adapter = options.adapter
    ? await loadAdapterFolder(options.adapter, model, Object.values(adapterMethods))
    : undefined
  const file = await openSafetensorsFile(options.inputs)
  let inputs: ModelInputs
  try {
    inputs = await readInputs(file, options.inputs)
    checkInputs(inputs, model, options.inputs)
  } finally {
    await file.close()
  }
  if (options.grads && !inputs.labels)
    throw new UsageError(`--grads needs labels, and ${options.inputs} has none`)

  const { outputs, grads } = scope(() => run(model, adapter ?? model, inputs, options.grads))
  const written = new Map<string, Tensor>([['logits', outputs.logits]])
  if (outputs.loss) written.set('loss', outputs.loss)
  if (options.hiddenStates) {
    for (const [i, state] of outputs.hiddenStates.entries()) written.set(`hidden_states.${i}`, state)
  }
  for (const [name, gradient] of grads) written.set(`grads.${name}`, gradient)
  await writeSafetensorsFile(options.outputs, await Promise.all([...written].map(toWritable)))

  const loss = await outputs.loss?.item()
  if (options.json) {
    console.log(
      JSON.stringify({ outputs: options.outputs, tensors: [...written.keys()], loss: loss ?? null }),
    )
  } else {
    console.log(
      `${options.outputs}: ${written.size} tensors${loss === undefined ? '' : `, loss ${loss.toFixed(6)}`}`,
    )
  }
}

/** The gradients come from a second pass: what a tape computes ends with it. */
function run(model: Model, trainable: HasParameters, inputs: ModelInputs, withGrads: boolean) {
  const outputs = model.forward(inputs)
  const grads = withGrads
    ? valueAndGrad(() => model.forward(inputs).loss!, trainable)().grads
    : new Map<string, Tensor>()
  return { outputs, grads }
}

async function readInputs(file: LazySafetensorsFile, path: string): Promise<ModelInputs> {
  if (!file.entries.has('input_ids')) throw new UsageError(`${path}: has no tensor named input_ids`)
  const integers = async (name: string): Promise<Tensor | undefined> => {
    if (!file.entries.has(name)) return undefined
    const stored = await file.get(name)
    return tensor(int32Of(stored, `${path}: ${name}`), { shape: stored.shape }) as Tensor
  }
  const inputIds = (await integers('input_ids'))!
  if (inputIds.rank !== 2)
    throw new UsageError(`${path}: input_ids has rank ${inputIds.rank}; expected [batch, tokens]`)
  return {
    inputIds,
    attentionMask: await integers('attention_mask'),
    tokenTypeIds: await integers('token_type_ids'),
    labels:
      file.entries.get('labels')?.dtype === 'F32' ? await floats(file, 'labels') : await integers('labels'),
  }
}

/** Throws a `UsageError` that names the first id that the model does not know, or a text that is too long. */
function checkInputs({ inputIds, tokenTypeIds }: ModelInputs, { config }: Model, path: string): void {
  checkRange(inputIds, config.vocabSize, `${path}: input_ids`, 'the vocabulary is')
  if (tokenTypeIds && 'typeVocabSize' in config) {
    checkRange(tokenTypeIds, config.typeVocabSize, `${path}: token_type_ids`, 'the model knows')
  }
  const [, tokens] = inputIds.shape as [number, number]
  if (hasLearnedPositions(config) && tokens > longestSequence(config)) {
    throw new UsageError(
      `${path}: input_ids has ${tokens} tokens in a row; the model takes at most ${longestSequence(config)}`,
    )
  }
}

function checkRange(ids: Tensor, count: number, what: string, known: string): void {
  const values = ids.dataSync()
  const outside = values.findIndex((id) => id < 0 || id >= count)
  if (outside >= 0) {
    throw new UsageError(`${what} holds ${values[outside]} at index ${outside}; ${known} 0 to ${count - 1}`)
  }
}

async function floats(file: LazySafetensorsFile, name: string): Promise<Tensor> {
  const { data, shape } = await file.get(name)
  return tensor(data as Float32Array, { shape }) as Tensor
}

async function toWritable([name, value]: [string, Tensor]): Promise<[string, WritableTensor]> {
  return [name, { dtype: 'F32', shape: value.shape, data: (await value.data()) as Float32Array }]
}
