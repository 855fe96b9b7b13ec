// From here on, the engine's own routine is faster in spite of the call.
const LONG: i32 = 1024

/** Copies bytes that lie one after the other. */
// @ts-ignore: decorator
@inline
export function copyRun(to: usize, from: usize, bytes: i32): void {
  if (bytes >= LONG) {
    memory.copy(to, from, bytes)
    return
  }
  for (let k = bytes >> 4; k > 0; k--) {
    v128.store(to, v128.load(from))
    from += 16
    to += 16
  }
  for (let k = (bytes & 15) >> 2; k > 0; k--) {
    store<i32>(to, load<i32>(from))
    from += 4
    to += 4
  }
  for (let k = bytes & 3; k > 0; k--) store<u8>(to++, load<u8>(from++))
}
