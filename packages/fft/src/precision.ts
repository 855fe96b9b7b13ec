/** The typed array that holds numbers of each precision. */
export interface FftArrays {
  float32: Float32Array
  float64: Float64Array
}

export type FftPrecision = keyof FftArrays

export type RealArray = FftArrays[FftPrecision]
