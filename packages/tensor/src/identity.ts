const identities = /* @__PURE__ */ new WeakMap<object, string>()
let identified = 0

/** A text for this object and no other. */
export function identityOf(object: object): string {
  let identity = identities.get(object)
  if (identity === undefined) identities.set(object, (identity = `#${++identified}`))
  return identity
}
