import { stringify } from "yaml";
import type { RunView } from "../../../contracts/api/run.ts";
import type { Paint } from "../paint.ts";
import { colourOf } from "./signal-text.ts";

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
    ...(error === null ? [] : [`error      ${error.code}: ${error.message}`, ...hint]),
    ...chainedOf(view),
    "",
    ...steps.map((step) => stepLine(step, paint, "")),
    ...(view.replaced ?? []).map((step) => stepLine(step, paint, ", replaced")),
  ];
  const values = Object.keys(outputs).length === 0 ? "" : `\n${stringify(outputs)}`;
  return `${lines.join("\n")}\n${values}`;
}

function stepLine(step: RunView["steps"][number], paint: Paint, mark: string): string {
  const { id, node, version, status, error } = step;
  const attempts = Array.isArray(step["attempts"]) ? step["attempts"].length : 0;
  const tries = attempts > 1 ? `, ${attempts} attempts` : "";
  const why = isObject(error) ? `  ${String(error["code"])}: ${String(error["message"])}` : "";
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
  const sent: readonly unknown[] = Array.isArray(chained) ? chained : [];
  return sent.filter(isObject).map(({ on, index, run_id: id, error }) => {
    const came = isObject(error) ? `${String(error["code"])}: ${String(error["message"])}` : String(id);
    return `then       ${came}  (${String(on)}[${String(index)}])`;
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
