import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import { openSnapshot } from "../../src/core/run/codec/snapshot.ts";
import { viewRun } from "../../src/core/run/views/view.ts";
import type { RevisionRequest } from "../../src/app/runs/run-revision.ts";
import type { Ids } from "../../src/spi/clock.ts";
import type { ClientAudit } from "./audit/clients.ts";
import type { CommitAudit } from "./audit/commits.ts";
import type { Findings } from "./audit/findings.ts";
import type { Line } from "./line.ts";
import type { Does } from "./script.ts";
import { NEXT_VERSION } from "./sim-node.ts";
import { GIVEN } from "./sim-request.ts";
import { callFor } from "../support/call.ts";

const TENANT = "default";

export interface CopyOptions {
  readonly line: Line;
  readonly ids: Ids;
  readonly audit: ClientAudit;
  readonly commits: CommitAudit;
  readonly findings: Findings;
}

/** Runs that are repeated, replayed, taken away in a file and brought back. */
export class Copies {
  readonly #options: CopyOptions;
  readonly #files = new Map<string, JsonObject>();

  constructor(options: CopyOptions) {
    this.#options = options;
  }

  async rerun(run: string, { step, downstream, edit }: Extract<Does, { what: "rerun" }>): Promise<void> {
    const { line, ids, audit, commits } = this.#options;
    const moment = audit.asking();
    const steps = commits.runs.get(run)?.state.plan.steps ?? [];
    const chosen = step === null ? null : (steps[step % Math.max(1, steps.length)] ?? null);
    const given = edit === "given" ? { [GIVEN]: `another value for ${run}` } : {};
    const revision: RevisionRequest = edit === "version" && chosen ? { versions: { [chosen.id]: NEXT_VERSION } } : {};
    const request = { from: chosen?.id ?? null, downstream, given, revision, idempotencyKey: null };
    const outcome = await line.ask("rerun", ({ control }) => control.rerun(callFor(TENANT, ids.uuid()), run, request));
    if (outcome?.ok) audit.saw(String(outcome.value["run_id"]), outcome.value, moment);
  }

  /** Whatever is executed again from the same input comes to the same. */
  async replay(run: string): Promise<void> {
    const { line, findings } = this.#options;
    const outcome = await line.ask("replay", ({ control }) => control.replay(callFor(TENANT), run));
    const steps = (outcome?.ok && (outcome.value["steps"] as readonly JsonObject[])) || [];
    for (const { step, expected, actual } of steps) {
      const [was, is] = [hashes(expected), hashes(actual)];
      if (was.length === 2 && is.length === 2 && JSON.stringify(was) !== JSON.stringify(is))
        findings.add("replayed", `step ${String(step)} of run ${run}: ${was.join(" ")} is now ${is.join(" ")}`);
    }
  }

  async takeAway(run: string): Promise<void> {
    const { line, audit, findings } = this.#options;
    const moment = audit.asking();
    const outcome = await line.ask("export", ({ control }) => control.exportRun(callFor(TENANT), run));
    if (!outcome?.ok) return;
    const file = JSON.parse(JSON.stringify(outcome.value)) as JsonObject;
    const opened = openSnapshot(file);
    if (!opened.ok) return findings.add("copied", `run ${run}: ${opened.error.message}`);
    audit.saw(run, viewRun(opened.value.state), moment);
    this.#files.set(run, file);
  }

  async bringBack(run: string): Promise<void> {
    const { line, audit, commits } = this.#options;
    const file = this.#files.get(run);
    if (!file) return;
    audit.reviving(run);
    commits.invited.add(run);
    const moment = audit.asking();
    const outcome = await line.ask("import", ({ control }) => control.importRun(callFor(TENANT), file));
    if (outcome?.ok) audit.saw(run, outcome.value, moment);
  }
}

/** Those of a step's hashes that are there. */
const hashes = (side: JsonValue | undefined): readonly JsonValue[] =>
  Object.values((side ?? {}) as JsonObject).filter((hash) => hash !== null);
