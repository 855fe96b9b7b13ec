/** Which part of a training step an op belongs to. */
export type Phase = 'forward' | 'backward' | 'update'

/** Where in the program an op is called: the module path (`encoder.layer.0`) and the part of the step. */
export interface NameScope {
  readonly path: string
  readonly phase: Phase
}

// A stack for the synchronous code between entering and leaving; nothing is awaited inside a name scope.
let current: NameScope = { path: '', phase: 'forward' }

export function currentNameScope(): NameScope {
  return current
}

/** Runs `body` in the scope `name` inside the current one; ops that it calls record the joined path. */
export function nameScope<T>(name: string, body: () => T): T {
  const path = name === '' ? current.path : current.path === '' ? name : `${current.path}.${name}`
  return inNameScope({ path, phase: current.phase }, body)
}

/** Runs `body` in exactly the given scope: a gradient runs where its op was called. */
export function inNameScope<T>(scope: NameScope, body: () => T): T {
  const outer = current
  current = scope
  try {
    return body()
  } finally {
    current = outer
  }
}

/** Runs `body` in the given phase of the step, in the current path. */
export function inPhase<T>(phase: Phase, body: () => T): T {
  return inNameScope({ path: current.path, phase }, body)
}
