import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take long for their size. */
const slow = /browser|playground|\/docs\.|\/readmes\.|-command\.|-fixtures\.|adapter-laws/

/**
 * Vitest begins with the largest files. A long one that is small would come at the end, and leave the other workers
 * idle: such files come first.
 */
export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isSlow = ({ moduleId }: TestSpecification): boolean => slow.test(moduleId)
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}
