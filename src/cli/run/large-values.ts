import type { ExecutionResult, RunView } from "../../../contracts/api/run.ts";
import { isObject } from "../../../contracts/json/narrow.ts";

type StepLink = readonly [step: string, link: RunView["given"][number]];

/**
 * How to read the values of a run that are too large to be shown: a command each.
 * @param where the run's id, or the file it was written to
 */
export function largeValueLines({ given, steps }: RunView, where: string): readonly string[] {
  const name = steps.some((step) => step.id === "given") ? "-" : "given";
  const links = [...given.map((one): StepLink => [name, one]), ...steps.flatMap(ofStep)].filter(isLarge);
  if (links.length === 0) return [];
  const commands = links.map(
    ([step, { key, bytes = 0 }]) => `  onex runs value ${where} ${step} ${key}  # ${bytes} bytes`,
  );
  return ["", "values over 64 KB:", ...commands];
}

const ofStep = ({ id, values }: RunView["steps"][number]): readonly StepLink[] =>
  values.map((one): StepLink => [id, one]);

const isLarge = ([, { bytes }]: StepLink): boolean => bytes !== undefined;

/** Whether a result shows a reference in the place of a value. */
export const hasLargeOutput = ({ outputs }: Pick<ExecutionResult, "outputs">): boolean =>
  Object.values(outputs).some((value) => isObject(value) && typeof value["$ref"] === "string" && "bytes" in value);
