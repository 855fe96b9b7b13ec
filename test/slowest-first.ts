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
    // Those that need a process of their own stay in front: a shared process ends when one of them is next.
    const isFirst = ({ project, moduleId }: TestSpecification): boolean =>
      project.config.isolate || slow.test(moduleId)
    return [...sorted.filter(isFirst), ...sorted.filter((file) => !isFirst(file))]
  }
}
