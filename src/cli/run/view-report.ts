import { isObject } from "../../../contracts/json/narrow.ts";
import { stringify } from "yaml";
import type { RunView } from "../../../contracts/api/run.ts";
import type { Paint } from "../paint.ts";
import { type Failure, failureIn, failureText, headOf } from "./failure-text.ts";
import { largeValueLines } from "./large-values.ts";
import { colourOf } from "./signal-text.ts";
import { oneLine } from "../printer.ts";

/** A run as it stands, for people: what it is, what it follows and what followed it, its steps, its outputs. */
export function viewReport(view: RunView, paint: Paint): string {
  const { run_id: id, status, operation, created_at: created, finished_at: finished, steps, error, outputs } = view;
  const hint = error?.hint === undefined ? [] : [`           ${paint("dim", error.hint)}`];
  const lines = [
    `run        ${id}`,
    `status     ${paint(colourOf(status), status)}`,
    `operation  ${operation}`,
    `want       ${view.want.join(", ")}`,
    `began      ${created}`,
    ...(finished === null ? [] : [`ended      ${finished}`]),
    ...lineageOf(view),
    ...(error === null ? [] : [`error      ${failureText(error)}`, ...hint]),
    ...chainedOf(view),
    "",
    ...steps.map((step) => stepLine(step, paint, error)),
    ...(view.replaced ?? []).map((step) => stepLine(step, paint, error, ", replaced")),
  ];
  lines.push(...largeValueLines(view, id));
  const values = Object.keys(outputs).length === 0 ? "" : `\n${stringify(outputs)}`;
  return `${lines.map(oneLine).join("\n")}\n${values}`;
}

/** A step in a line; why it failed, unless the run failed for that. */
function stepLine(step: RunView["steps"][number], paint: Paint, known: Failure | null, mark = ""): string {
  const { id, node, version, status } = step;
  const attempts = Array.isArray(step["attempts"]) ? step["attempts"].length : 0;
  const tries = attempts > 1 ? `, ${attempts} attempts` : "";
  const failure = failureIn(step["error"]);
  const isKnown = failure === null || (known !== null && headOf(failure) === headOf(known));
  const why = isKnown ? "" : `  ${failureText(failure)}`;
  const what = waitText(step);
  const state = `${paint(colourOf(status), status)}${mark}${tries}`;
  return `  ${id.padEnd(20)}  ${`${node}@${version}`.padEnd(24)}  ${state}${why}${what === "" ? "" : `  ${what}`}`;
}

/** What a step waits for, and until when at the latest: something outside, a turn, or the time of its next attempt. */
function waitText({ waiting, limited_by: limit, retry_at: retryAt }: RunView["steps"][number]): string {
  const at = typeof retryAt === "string" ? retryAt : null;
  if (isObject(waiting)) return outsideText(waiting);
  if (typeof limit === "string") return `waits at a limit: ${limit}${at === null ? "" : `, asks again at ${at}`}`;
  return at === null ? "" : `again at ${at}`;
}

function outsideText({ kind, event, prompt, until }: Readonly<Record<string, unknown>>): string {
  const what = kind === "event" ? `for the event '${String(event)}'` : kind === "approval" ? "for an approval" : "";
  const asked = typeof prompt === "string" ? `: ${prompt}` : "";
  return `${what}${asked} until ${String(until)}`.trimStart();
}

function lineageOf({ lineage }: RunView): readonly string[] {
  if (!isObject(lineage)) return [];
  const { kind, run_id: id, from } = lineage;
  if (typeof id !== "string") return [];
  return [
    `${kind === "chain" ? "follows" : "repeats"}    ${id}${typeof from === "string" ? `, from step ${from}` : ""}`,
  ];
}

/** What was sent when the run had ended: the run it began, or why it began none. */
function chainedOf({ chained }: RunView): readonly string[] {
  return chained.map(({ on, index, run_id: id, error }) => {
    const failure = failureIn(error);
    const came = failure === null ? String(id) : failureText(failure);
    return `then       ${came}  (${on}[${index}])`;
  });
}
