import type { LayerGroup } from './layer-groups.js'
import type { MethodForm } from './method-form.js'
import './target-fields.css'

interface TargetFieldsProps {
  readonly form: MethodForm
  readonly problem: string | undefined
}

/** Which linear layers of the base get an adapter. */
export function TargetFields({ form, problem }: TargetFieldsProps) {
  const groups = form.groups.value
  const chosen = new Set(form.chosen.value.map(({ name }) => name))
  if (!form.hasTargets.value) {
    return <p class="field-hint">Without an adapter there are no layers to choose.</p>
  }
  const namesOf = (some: readonly LayerGroup[]): string[] => some.map(({ name }) => name)
  return (
    <fieldset class="targets" aria-describedby={problem && 'targets-problem'}>
      <legend>Adapted layers</legend>
      <div class="presets">
        <button
          type="button"
          onClick={() => form.choose(namesOf(groups.filter((group) => group.isAttention)))}
        >
          Attention
        </button>
        <button type="button" onClick={() => form.choose(namesOf(groups))}>
          All linear
        </button>
      </div>
      <div class="layers">
        {groups.map(({ name, layers }) => (
          <label key={name} class="check">
            <input
              type="checkbox"
              checked={chosen.has(name)}
              onChange={(event) => {
                const others = namesOf(groups).filter((other) => other !== name && chosen.has(other))
                form.choose(event.currentTarget.checked ? [...others, name] : others)
              }}
            />
            <span>
              <code>{name}</code>{' '}
              <span class="quiet">
                {layers.length} × {layers[0]!.inFeatures} → {layers[0]!.outFeatures}
              </span>
            </span>
          </label>
        ))}
      </div>
      {problem && (
        <p id="targets-problem" class="field-problem">
          {problem}
        </p>
      )}
    </fieldset>
  )
}
