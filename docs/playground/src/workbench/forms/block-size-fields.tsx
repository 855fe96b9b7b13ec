import { Choice } from '../../interface/choice.js'
import { Slider } from '../../interface/slider.js'
import type { BlockSizeMode, MethodForm } from './method-form.js'
import { shownOptions } from './method-text.js'
import { OptionField } from './option-field.js'

interface BlockSizeFieldsProps {
  readonly form: MethodForm
  readonly problem: string | undefined
}

const modes: readonly { readonly value: BlockSizeMode; readonly label: string }[] = [
  { value: 'one', label: 'one for all layers' },
  { value: 'automatic', label: 'by the gradients' },
  { value: 'text', label: 'as text' },
]

/** How large blocks are: one of the sizes that the chosen layers can take, or as the gradients or a text say. */
export function BlockSizeFields({ form, problem }: BlockSizeFieldsProps) {
  const option = shownOptions(form.method.value).find(({ name }) => name === 'blockSize')!
  return (
    <>
      <Choice
        label="Block size p"
        options={modes}
        value={form.blockSizeMode}
        onChoose={(mode) => form.setBlockSizeMode(mode)}
      />
      {form.blockSizeMode.value === 'one' && (
        <div>
          <Slider
            label="p"
            values={form.blockSizes.value}
            value={form.blockSize}
            onChoose={(size) => {
              form.wantedBlockSize.value = size
            }}
          />
          <p class="field-hint">
            {form.blockSize.value === 1
              ? 'Every number of a weight gets one of its own.'
              : `${form.blockSize} numbers for each block of ${form.blockSize} × ${form.blockSize}.`}{' '}
            The chosen layers can take {form.blockSizes.value.length} sizes.
          </p>
        </div>
      )}
      {form.blockSizeMode.value === 'automatic' && (
        <p class="field-hint">
          The first batches of the run decide which size each layer gets, or none, so that all together stay
          within the budget.
        </p>
      )}
      {form.blockSizeMode.value === 'text' && (
        <OptionField
          option={option}
          text={form.method.value.options.blockSize}
          problem={problem}
          onText={(text) => form.setOption('blockSize', text)}
        />
      )}
    </>
  )
}
