import { isObject } from "../../../contracts/json/narrow.ts";
import { stringify } from "yaml";
import type { ExecutionResult } from "../../../contracts/api/run.ts";
import type { Paint } from "../paint.ts";
import { oneLine } from "../printer.ts";
import { failureIn, failureText, headOf } from "./failure-text.ts";
import { colourOf } from "./signal-text.ts";

/** What an ended run came to, for people: how, how long, what failed and why, each told once, and its outputs. */
export function resultReport(result: ExecutionResult, paint: Paint): string {
  const { batch_id: id, run_status: status, started_at: start, completed_at: end, error, outputs, results } = result;
  const took = Date.parse(end) - Date.parse(start);
  const lines = [
    `run ${id} ${paint(colourOf(status), status)} in ${took} ms`,
    ...(error === null ? [] : [failureText(error)]),
    ...(error?.hint === undefined ? [] : [paint("dim", error.hint)]),
    ...results.filter((one) => one.status === "failure").map((one) => `  ${failedStep(one, error && headOf(error))}`),
  ];
  const values = Object.keys(outputs).length === 0 ? "" : `\n${stringify(outputs)}`;
  return `${lines.map(oneLine).join("\n")}\n${values}`;
}

type NodeResult = ExecutionResult["results"][number];

/** A step that failed, with every reason but the one that is the run's. */
function failedStep(result: NodeResult, known: string | null): string {
  const last = failureIn(result["error"]);
  const told = Array.isArray(result["errors"]) ? result["errors"].map(String) : [];
  const reasons = [...new Set(told)].filter((reason) => reason !== known);
  const shown = reasons.map((reason) => (last && reason === headOf(last) ? failureText(last) : reason));
  return `${stepOf(result)}${isReplaced(result) ? ", replaced" : ""}  ${shown.join("; ") || "failed"}`;
}

const stepOf = (result: NodeResult): string =>
  typeof result["step"] === "string" ? `${result["step"]} (${result.node_id})` : result.node_id;

/** Whether the step left the plan because it died, and the run went on without it. */
const isReplaced = ({ metadata }: NodeResult): boolean => isObject(metadata) && metadata["replaced"] === true;
