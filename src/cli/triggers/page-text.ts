import type { TriggerPage } from "../../../contracts/api/triggers-api.ts";
import { columns } from "../remote/columns.ts";

/** A trigger's page for a person: what it is, and a line a run with its outputs or its error. */
export function pageText(page: TriggerPage): string {
  const head: readonly (readonly [string, string | null])[] = [
    ["trigger", page.trigger_id],
    ["topic", page.topic],
    ["status", page.duplicate_of === null ? page.status : `${page.status} of ${page.duplicate_of}`],
    ["received", page.received_at],
    ["left out", page.left_out === 0 ? null : `${page.left_out} more nodes would have taken it`],
    ["error", page.error && `${page.error.code}: ${page.error.message}`],
  ];
  const runs = page.runs.map(({ node, run_id: id, status, result, error }) => [
    node ?? "goal",
    id ?? "no run",
    status ?? "not started",
    outcome(result, error),
  ]);
  const known = head.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  return columns(known) + columns(runs);
}

function outcome(result: TriggerPage["runs"][number]["result"], refused: TriggerPage["runs"][number]["error"]): string {
  const error = refused ?? result?.error ?? null;
  if (error) return `${error.code}: ${error.message}`;
  const outputs = result?.execution_result?.["outputs"];
  return outputs === undefined ? (result?.href ?? "") : JSON.stringify(outputs);
}
