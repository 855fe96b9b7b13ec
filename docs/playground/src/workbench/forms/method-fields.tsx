import { adapterMethods, trainingMethodNames } from '@gyre/train'
import { SelectField } from '../../interface/field.js'
import { BlockSizeFields } from './block-size-fields.js'
import type { MethodForm } from './method-form.js'
import { type ShownOption, shownOptions } from './method-text.js'
import { OptionField } from './option-field.js'

/** What needs no adapter, in words; of the others the papers tell. */
const withoutAdapter: { readonly [name: string]: string } = {
  full: 'Every parameter of the model is trained: no adapter.',
  head: 'The head alone is trained on the frozen model: no adapter.',
}

interface MethodFieldsProps {
  readonly form: MethodForm
  readonly problems: { readonly [field: string]: string }
}

/** The method, and the options that its own table describes. */
export function MethodFields({ form, problems }: MethodFieldsProps) {
  const method = form.method.value
  // The first decides how large the adapter is.
  const [first, ...others] = shownOptions(method)
  const field = (option: ShownOption) => (
    <OptionField
      key={`${method.name}.${option.name}`}
      option={option}
      text={method.options[option.name]}
      problem={problems[`method.${option.name}`]}
      onText={(text) => form.setOption(option.name, text)}
    />
  )
  return (
    <div class="fields">
      <SelectField
        label="Method"
        options={trainingMethodNames.map((name) => ({ value: name, label: name }))}
        value={method.name}
        hint={<Paper name={method.name} />}
        onChoose={(name) => {
          form.name.value = name
        }}
      />
      {form.hasBlockSizes.value ? (
        <BlockSizeFields form={form} problem={problems['method.blockSize']} />
      ) : (
        first && field(first)
      )}
      {others.length > 0 && <div class="field-grid">{others.map(field)}</div>}
      <p class="field-hint">
        On the command line: <code>{form.text}</code>
      </p>
    </div>
  )
}

function Paper({ name }: { readonly name: string }) {
  if (!Object.hasOwn(adapterMethods, name)) return <>{withoutAdapter[name]}</>
  const { title, source } = adapterMethods[name as keyof typeof adapterMethods].paper
  const number = /^arXiv (\d+\.\d+)$/.exec(source)?.[1]
  return (
    <>
      {title} ({number ? <a href={`https://arxiv.org/abs/${number}`}>{source}</a> : source})
    </>
  )
}
