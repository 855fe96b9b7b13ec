import { ScopeError } from './errors.js'
import { Tensor } from './tensor.js'

/** Numbers that are given back when the scope that owns them ends. */
export interface Owned {
  owner: Scope | undefined
  free(): void
}

/**
 * A stretch of time that owns the eager tensors made in it. It keeps no list of tensors, so what is no longer
 * reachable can be collected before it ends; each tensor knows its scope and asks whether it has ended. It does keep
 * a list of numbers that the garbage collector does not know, such as a GPU's, and gives them back as it ends.
 */
export class Scope {
  readonly parent: Scope | undefined
  /** A recording scope belongs to a tape, whose backward pass still needs what scopes inside it made. */
  readonly recording: boolean
  #state: 'open' | 'ended' | Scope = 'open'
  readonly #owned = new Set<Owned>()

  constructor(parent: Scope | undefined, recording: boolean) {
    this.parent = parent
    this.recording = recording || parent?.recording === true
  }

  /** Whether tensors of this scope may no longer be used. */
  get ended(): boolean {
    return this.#state === 'ended' || (this.#state instanceof Scope && this.#state.ended)
  }

  /** Whether it has ended or handed its tensors over, so that nothing new may be made in it. */
  get closed(): boolean {
    return this.#state !== 'open'
  }

  /** The scope that owns its tensors now: itself, or the one that it handed them to. */
  get owner(): Scope {
    return this.#state instanceof Scope ? this.#state.owner : this
  }

  /** Ends the scope, or hands its tensors to the scope around it when that one, or the caller, still needs them. */
  end(handOver: boolean): void {
    const handsOver = handOver || this.parent?.recording
    this.#state = handsOver ? (this.parent ?? 'open') : 'ended'
    for (const owned of this.#owned) {
      if (handsOver) Scope.give(owned, this.parent)
      else owned.free()
    }
    this.#owned.clear()
  }

  /** Makes numbers a scope's, or nobody's: the garbage collector's. */
  static give(owned: Owned, scope: Scope | undefined): void {
    if (owned.owner) owned.owner.#owned.delete(owned)
    const owner = scope?.owner
    owned.owner = owner
    if (owner) owner.#owned.add(owned)
  }
}

/** What a scope may own: eager tensors' values. */
export interface Scoped {
  scope: Scope | undefined
  /** The numbers, which views of one tensor share. */
  readonly contents: Owned
}

let current: Scope | undefined

/** The scope that owns tensors made now; none outside every scope. */
export function currentScope(): Scope | undefined {
  return current
}

/**
 * Runs `body`; the eager tensors made in it end with it, but for those it returns (also inside arrays, plain
 * objects and maps) and those it keeps. Using an ended tensor is a `ScopeError`. `body` may be asynchronous;
 * scopes nest strictly, so a second one opened meanwhile must end first.
 */
export function scope<T>(body: () => T): T {
  return inScope(new Scope(current, false), body, false)
}

/**
 * `scope` for a tape: what inner scopes make lives until this one ends, since the backward pass may need it.
 * With `handOver` nothing ends at all: the tape lives on, and its tensors belong to the scope around.
 */
export function recordingScope<T>(body: () => T, { handOver = false } = {}): T {
  return inScope(new Scope(current, true), body, handOver)
}

function inScope<T>(opened: Scope, body: () => T, handOver: boolean): T {
  current = opened
  let result: T
  try {
    result = body()
  } catch (error) {
    close(opened, undefined, handOver)
    throw error
  }
  if (result instanceof Promise) {
    return result.then(
      (value) => close(opened, value, handOver),
      (error) => {
        close(opened, undefined, handOver)
        throw error
      },
    ) as T
  }
  return close(opened, result, handOver)
}

function close<T>(closing: Scope, result: T, handOver: boolean): T {
  if (current !== closing) {
    closing.end(false)
    throw new ScopeError('scopes must nest: a scope ended while another one, opened after it, is still open')
  }
  // A scope around that ended too early was an error already; what is around that one goes on.
  current = closing.parent
  while (current?.closed) current = current.parent
  moveTo(current, result, closing)
  closing.end(handOver)
  return result
}

/** Keeps a tensor beyond the scopes that are open: it is then the garbage collector's, like one made outside. */
export function keep<T>(value: T): T {
  moveTo(undefined, value, undefined)
  return value
}

/** Moves the tensors in `value` to `target`: all of them, or only those that `owner` owns. */
function moveTo(target: Scope | undefined, value: unknown, owner: Scope | undefined): void {
  if (value instanceof Tensor) {
    const scoped = value.interpreter.level === 0 ? (value.handle as Scoped) : undefined
    if (owner === undefined && scoped?.scope?.ended) {
      throw new ScopeError(
        `keep: a tensor of shape [${value.shape.join(', ')}] cannot be kept after the scope that made it ended`,
      )
    }
    if (scoped && (owner === undefined || scoped.scope?.owner === owner)) {
      scoped.scope = target
      if (scoped.contents.owner !== undefined) Scope.give(scoped.contents, target)
    }
  } else if (Array.isArray(value)) {
    for (const item of value) moveTo(target, item, owner)
  } else if (value instanceof Map) {
    for (const item of value.values()) moveTo(target, item, owner)
  } else if (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    for (const item of Object.values(value)) moveTo(target, item, owner)
  }
}
