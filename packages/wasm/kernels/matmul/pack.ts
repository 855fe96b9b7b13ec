/**
 * Packing: a factor of a product is copied into panels, so that what one step of the innermost loop reads lies
 * together. A panel holds `width` (4 or 8) rows of the left factor, or columns of the right one, here called lines:
 * element (line, k) lies at k * width + line. Lines that do not exist are zeros.
 *
 * In memory either the steps of a line are neighbours (`stepsTogether`), or the lines of a step are. `stride` is the
 * distance in bytes of what is not.
 */
export function packPanels(
  source: usize, stepsTogether: bool, stride: usize, lines: i32, depth: i32, width: i32, target: usize,
): void {
  const step = <usize>width << 2
  const panelBytes = step * <usize>depth
  const padded = (lines + width - 1) / width * width
  let line = 0
  if (!stepsTogether) {
    // 64 bytes of a row at once, lest cache lines be fetched more often than once.
    for (; line + 16 <= lines; line += 16) {
      packSixteen(source + (<usize>line << 2), stride, depth, width, panelBytes, target + packedOffset(line, width, panelBytes))
    }
  }
  for (; line < padded; line += 4) {
    const at = target + packedOffset(line, width, panelBytes)
    const valid = lines - line
    if (stepsTogether) {
      if (valid >= 4) packFourAlongSteps(source + <usize>line * stride, stride, depth, at, step)
      else packPart(source + <usize>line * stride, stride, 4, valid, depth, at, step)
    } else {
      const from = source + (<usize>line << 2)
      if (valid >= 4) {
        for (let k = 0; k < depth; k++) v128.store(at + <usize>k * step, v128.load(from + <usize>k * stride))
      } else packPart(from, 4, stride, valid, depth, at, step)
    }
  }
}

// @ts-ignore: decorator
@inline
function packedOffset(line: i32, width: i32, panelBytes: usize): usize {
  return <usize>(line / width) * panelBytes + (<usize>(line % width) << 2)
}

/** 16 neighbouring lines: 2 panels of width 8 or 4 of width 4. */
function packSixteen(source: usize, stride: usize, depth: i32, width: i32, panelBytes: usize, target: usize): void {
  const wide = width == 8
  const step = <usize>width << 2
  const second = wide ? <usize>16 : panelBytes
  const third = wide ? panelBytes : panelBytes * 2
  for (let k = 0; k < depth; k++) {
    const p0 = v128.load(source)
    const p1 = v128.load(source, 16)
    const p2 = v128.load(source, 32)
    const p3 = v128.load(source, 48)
    v128.store(target, p0)
    v128.store(target + second, p1)
    v128.store(target + third, p2)
    v128.store(target + third + second, p3)
    source += stride
    target += step
  }
}

/** 4 lines whose steps lie together: transposes 4 x 4 blocks. */
function packFourAlongSteps(source: usize, stride: usize, depth: i32, target: usize, step: usize): void {
  let k = 0
  for (; k + 4 <= depth; k += 4) {
    const r0 = v128.load(source)
    const r1 = v128.load(source + stride)
    const r2 = v128.load(source + 2 * stride)
    const r3 = v128.load(source + 3 * stride)
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
    v128.store(target, v128.shuffle<i64>(low01, low23, 0, 2))
    v128.store(target + step, v128.shuffle<i64>(low01, low23, 1, 3))
    v128.store(target + 2 * step, v128.shuffle<i64>(high01, high23, 0, 2))
    v128.store(target + 3 * step, v128.shuffle<i64>(high01, high23, 1, 3))
    source += 16
    target += 4 * step
  }
  packPart(source, stride, 4, 4, depth - k, target, step)
}

/** 4 lines of which `valid` exist, which may be none. */
function packPart(source: usize, lineStride: usize, stepStride: usize, valid: i32, depth: i32, target: usize, step: usize): void {
  for (let k = 0; k < depth; k++) {
    for (let line = 0; line < 4; line++) {
      store<f32>(target + (<usize>line << 2), line < valid ? load<f32>(source + <usize>line * lineStride) : 0)
    }
    source += stepStride
    target += step
  }
}
