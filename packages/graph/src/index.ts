export {
  cost,
  costToJson,
  costWithin,
  type GraphCost,
  type Resident,
  type Work,
  withDescendants,
} from './cost.js'
export * from './graph.js'
export type { SpecsOf } from './tensor-tree.js'
export { trace } from './trace.js'
