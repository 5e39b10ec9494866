import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, the longest of them first: started last, one of them would run alone at the end. */
const LONG = [
  "test/sim/bugs.test.ts",
  "test/sim/simulation.test.ts",
  "test/e2e/pages.test.ts",
  "test/e2e/demo.test.ts",
  "test/sim/main.test.ts",
  "test/cli/process/output.test.ts",
];

/** The order of the files of one project: the long ones, then all others as they are. */
const rankOf = ({ moduleId }: TestSpecification): number => {
  const place = LONG.findIndex((path) => moduleId.endsWith(path));
  return place === -1 ? LONG.length : place;
};

/** Project by project, because files of one project can share a process; what was slow before or is known to be long first. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(files.map(({ project }) => project.name))].sort();
    const placeOf = (file: TestSpecification): number => projects.indexOf(file.project.name);
    return sorted.sort((a, b) => placeOf(a) - placeOf(b) || rankOf(a) - rankOf(b));
  }
}
