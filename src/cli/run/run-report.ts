import { stringify } from "yaml";
import type { ExecutionResult, RunView } from "../../../contracts/run.ts";
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

/** A run as it stands, for people. */
export function viewReport(view: RunView, paint: Paint): string {
  const { run_id: id, status, operation, created_at: created, finished_at: finished, steps, error, outputs } = view;
  const lines = [
    `run        ${id}`,
    `status     ${paint(colourOf(status), status)}`,
    `operation  ${operation}`,
    `want       ${view.want.join(", ")}`,
    `began      ${created}`,
    ...(finished === null ? [] : [`ended      ${finished}`]),
    ...lineageOf(view),
    ...(error === null ? [] : [`error      ${error.code}: ${error.message}`]),
    "",
    ...steps.map((step) => stepLine(step, paint)),
    ...replacedOf(view).map((step) => `${stepLine(step, paint)}, replaced`),
  ];
  const values = Object.keys(outputs).length === 0 ? "" : `\n${stringify(outputs)}`;
  return `${lines.join("\n")}\n${values}`;
}

/** Steps that left the plan because one of them died. */
const replacedOf = ({ replaced = [] }: RunView): RunView["steps"] => replaced;

function stepLine(step: RunView["steps"][number], paint: Paint): string {
  const { id, node, version, status, waiting, error } = step;
  const attempts = Array.isArray(step["attempts"]) ? step["attempts"].length : 0;
  const tries = attempts > 1 ? `, ${attempts} attempts` : "";
  const why = isObject(error) ? `  ${String(error["code"])}: ${String(error["message"])}` : "";
  const what = isObject(waiting) ? `  ${waitText(waiting)}` : "";
  return `  ${id.padEnd(20)}  ${`${node}@${version}`.padEnd(24)}  ${paint(colourOf(status), status)}${tries}${why}${what}`;
}

function waitText({ kind, event, prompt, until }: Readonly<Record<string, unknown>>): string {
  const what = kind === "event" ? `for the event '${String(event)}'` : kind === "approval" ? "for an approval" : "";
  const asked = typeof prompt === "string" ? `: ${prompt}` : "";
  return `${what}${asked} until ${String(until)}`.trimStart();
}

function lineageOf({ lineage }: RunView): readonly string[] {
  if (!isObject(lineage)) return [];
  const { run_id: id, from } = lineage;
  return typeof id === "string" ? [`repeats    ${id}${typeof from === "string" ? `, from step ${from}` : ""}`] : [];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
