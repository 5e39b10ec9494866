import { stringify } from "yaml";
import type { ExecutionResult } from "../../../contracts/api/run.ts";
import type { Paint } from "../paint.ts";
import { colourOf } from "./signal-text.ts";

/** What an ended run came to, for people: how, how long, what failed, and its outputs. */
export function resultReport(result: ExecutionResult, paint: Paint): string {
  const { batch_id: id, run_status: status, started_at: start, completed_at: end, error, outputs, results } = result;
  const took = Date.parse(end) - Date.parse(start);
  const head = `run ${id} ${paint(colourOf(status), status)} in ${took} ms\n`;
  const why =
    error === null
      ? ""
      : `${error.code}: ${error.message}\n${error.hint === undefined ? "" : `${paint("dim", error.hint)}\n`}`;
  const failed = results
    .filter((one) => one.status === "failure")
    .map((one) => `  ${stepOf(one)}${isReplaced(one) ? ", replaced" : ""}  ${errorsOf(one)}\n`);
  const values = Object.keys(outputs).length === 0 ? "" : `\n${stringify(outputs)}`;
  return head + why + failed.join("") + values;
}

type NodeResult = ExecutionResult["results"][number];

const stepOf = (result: NodeResult): string =>
  typeof result["step"] === "string" ? `${result["step"]} (${result.node_id})` : result.node_id;

/** Whether the step left the plan because it died, and the run went on without it. */
const isReplaced = ({ metadata }: NodeResult): boolean => isObject(metadata) && metadata["replaced"] === true;

const errorsOf = ({ errors }: NodeResult): string => (Array.isArray(errors) ? errors.join("; ") : "");

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
