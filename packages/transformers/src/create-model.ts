import { seedParameters } from '@gyre/nn'
import { OptionError } from '@gyre/tensor'
import type { architectures, ModelType } from './architectures.js'
import { architectureOf, type ModelConfig } from './config.js'
import type { ModelTask } from './pretrained-model.js'

type InstanceOf<Class> = Class extends new (config: never) => infer Instance ? Instance : never
type ModelsOf<Type extends ModelType> = (typeof architectures)[Type]['models']

/** A model of any architecture, with any head. */
export type Model = {
  [Type in ModelType]: {
    [Task in keyof ModelsOf<Type>]: InstanceOf<ModelsOf<Type>[Task]>
  }[keyof ModelsOf<Type>]
}[ModelType]

/** The tasks that a configuration can serve; the first is its default. */
export function tasksOf(config: ModelConfig): readonly [ModelTask, ...ModelTask[]] {
  return Object.keys(architectureOf(config).models) as [ModelTask, ...ModelTask[]]
}

/** The task of a class as Hugging Face names it in `architectures`, or undefined when the configuration has no such. */
export function taskOfClass(config: ModelConfig, architecture: string): ModelTask | undefined {
  return tasksOf(config).find((task) => architectureOf(config).models[task]!.architecture === architecture)
}

/** The classes that a configuration can serve, as Hugging Face names them. */
export function classesOf(config: ModelConfig): string[] {
  return tasksOf(config).map((task) => architectureOf(config).models[task]!.architecture)
}

export interface CreateModelOptions {
  readonly task?: ModelTask
  /** Seeds every parameter; they are drawn when first used, so a model of any size costs nothing here. */
  readonly seed: number
}

/** A model with fresh weights. */
export function createModel(
  config: ModelConfig,
  { seed, task = tasksOf(config)[0] }: CreateModelOptions,
): Model {
  const ModelOfTask = architectureOf(config).models[task]
  if (!ModelOfTask) {
    throw new OptionError(
      `createModel: ${config.modelType} has no ${task} head; expected ${tasksOf(config).join(' or ')}`,
    )
  }
  const model = new ModelOfTask(config) as Model
  seedParameters(model, seed)
  return model.eval()
}
