import { TextField } from '../../interface/field.js'
import {
  learningRateLabel,
  learningRateOption,
  type TrainingOption,
  trainingLabels,
  trainingOptions,
} from '../training-options.js'
import type { RunForm } from './run-form.js'

const more: readonly TrainingOption[] = ['batchSize', 'sequenceLength', 'warmupSteps', 'seed']

/** How fast, how long and on how much at a time. */
export function TrainingFields({ form }: { readonly form: RunForm }) {
  const { suggestion, typedLearningRate } = form
  const inMore = form.data.base.value === 'encoder' ? ['headLearningRate' as const, ...more] : more
  const field = (name: TrainingOption) => (
    <TextField
      key={name}
      label={trainingLabels[name]}
      hint={trainingOptions[name].doc}
      problem={form.problems.value[name]}
      text={form.trainingText(name)}
      inputMode={name === 'headLearningRate' ? 'decimal' : 'numeric'}
      onText={(text) => {
        form.trainingTexts.value = { ...form.trainingTexts.value, [name]: text }
      }}
    />
  )
  return (
    <div class="fields">
      <div class="field-grid">
        <TextField
          label={learningRateLabel}
          hint={
            typedLearningRate.value === undefined ? (
              suggestion.value?.reason
            ) : (
              <>
                {learningRateOption.doc};{' '}
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    typedLearningRate.value = undefined
                  }}
                >
                  back to {suggestion.value?.learningRate}
                </button>
              </>
            )
          }
          problem={form.problems.value.learningRate}
          text={form.learningRate.value}
          inputMode="decimal"
          onText={(text) => {
            typedLearningRate.value = text
          }}
        />
        {field('steps')}
      </div>
      <details open={inMore.some((name) => form.problems.value[name] !== undefined) || undefined}>
        <summary>More</summary>
        <div class="field-grid">{inMore.map(field)}</div>
      </details>
    </div>
  )
}
