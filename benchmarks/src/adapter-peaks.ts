/** What a GPU can do at most, as its maker says. */
export interface AdapterPeak {
  /** 10⁹ operations a second in float32, without tensor cores, which WGSL does not reach. */
  readonly gflops: number
  /** 10⁹ bytes a second to and from its memory. */
  readonly gigabytesPerSecond: number
  readonly source: string
}

const h100 = 'NVIDIA, H100 Tensor Core GPU data sheet'
const h200 = 'NVIDIA, H200 Tensor Core GPU data sheet'

/** By a part of the name that drivers give; the first that fits counts. */
const peaks: readonly (readonly [name: RegExp, peak: AdapterPeak])[] = [
  [/\bH100 NVL\b/, { gflops: 60_000, gigabytesPerSecond: 3_900, source: h100 }],
  [/\bH100 PCIe\b/, { gflops: 51_000, gigabytesPerSecond: 2_000, source: h100 }],
  // The SXM module.
  [/\bH100 80GB HBM3\b/, { gflops: 67_000, gigabytesPerSecond: 3_350, source: h100 }],
  [/\bH200 NVL\b/, { gflops: 60_000, gigabytesPerSecond: 4_800, source: h200 }],
  [/\bH200\b/, { gflops: 67_000, gigabytesPerSecond: 4_800, source: h200 }],
]

/** Undefined for an adapter that is not in the table. */
export function peakOf(adapter: string): AdapterPeak | undefined {
  return peaks.find(([name]) => name.test(adapter))?.[1]
}
