import type { Lifecycle } from "../registry/node.ts";
import { LIFECYCLES } from "../registry/node.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import type { MetadataProblem } from "./problem.ts";
import { problem } from "./problem.ts";

/** What a transition or a state must be justified with. */
export interface LifecycleReasons {
  /** UUID of the node that takes over. */
  readonly deprecatedBy?: string | null | undefined;
  readonly archivedReason?: string | null | undefined;
}

/** Where each state may go. `archived` is terminal; staying is always allowed. */
const NEXT: Readonly<Record<Lifecycle, readonly Lifecycle[]>> = {
  draft: ["review", "active", "archived"],
  review: ["draft", "active", "archived"],
  active: ["deprecated", "archived"],
  deprecated: ["archived"],
  archived: [],
};
const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** True for a value a reader accepts. */
export const isLifecycle = (value: unknown): value is Lifecycle => LIFECYCLES.some((state) => state === value);

/** LC001 for anything that is not a lifecycle, naming the value: real files hold `template`, `test`, `wip`. */
export function lifecycleProblem(value: unknown, line: number | null = null): MetadataProblem {
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return problem("LC001", `lifecycle ${shown} does not exist`, `use one of ${LIFECYCLES.join(", ")}`, {
    line,
    field: "lifecycle",
  });
}

/** What a state must carry with it: LC005 for a deprecated node without a replacement, LC006 for an archived one without a reason. */
export function stateProblems(
  state: Lifecycle,
  reasons: LifecycleReasons,
  line: number | null = null,
): readonly MetadataProblem[] {
  const given = (text: string | null | undefined): boolean => text !== undefined && text !== null && text.trim() !== "";
  if (state === "deprecated" && !(given(reasons.deprecatedBy) && UUID.test(reasons.deprecatedBy ?? ""))) {
    const hint = "set deprecated_by to the UUID of the node that replaces it";
    return [problem("LC005", "a deprecated node must name its replacement", hint, { line, field: "deprecated_by" })];
  }
  if (state === "archived" && !given(reasons.archivedReason)) {
    const hint = "set archived_reason to why it was archived";
    return [problem("LC006", "an archived node must say why", hint, { line, field: "archived_reason" })];
  }
  return [];
}

/**
 * Moves a lifecycle. Refusals: LC003 when the way does not exist, LC005 and LC006 when its reason is missing. Staying
 * where one is succeeds, if the state's own reason is there.
 */
export function transition(
  from: Lifecycle,
  to: Lifecycle,
  reasons: LifecycleReasons = {},
): Result<Lifecycle, readonly MetadataProblem[]> {
  if (from !== to && !NEXT[from].includes(to)) {
    const ways = NEXT[from];
    const hint =
      ways.length === 0 ? `${from} is final; register a new version` : `from ${from} the ways are ${ways.join(", ")}`;
    return err([problem("LC003", `a node cannot go from ${from} to ${to}`, hint, { field: "lifecycle" })]);
  }
  const missing = stateProblems(to, reasons);
  return missing.length > 0 ? err(missing) : ok(to);
}
