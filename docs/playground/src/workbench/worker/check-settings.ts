import { parseRunMethod } from '@gyre/train'
import type { RunSettings } from '../contract.js'
import {
  checkWarmup,
  learningRateLabel,
  learningRateOption,
  trainingLabels,
  trainingNames,
  trainingOptions,
} from '../training-options.js'

/** Throws, before anything is read, a sentence on a setting that no run can have. */
export function checkSettings(settings: RunSettings): void {
  for (const name of trainingNames) trainingOptions[name].parse(String(settings[name]), trainingLabels[name])
  const { learningRate, method, targets } = settings
  learningRateOption.parse(String(learningRate), learningRateLabel)
  checkWarmup(settings)
  parseRunMethod(method, { targets })
}
