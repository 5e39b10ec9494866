import { planIndex } from "../../../src/core/plan/model/plan-index.ts";
import { planWaves } from "../../../src/core/plan/assemble/waves.ts";
import { TERMINAL_STEP, type RunState, type StepState } from "../../../src/core/run/model/state.ts";
import type { PlanAnswer } from "../../../src/core/run/dispatch/work-item.ts";
import type { ChangeWitness } from "./commits.ts";
import type { Findings } from "./findings.ts";

/** Watches runs that go on with another plan, and runs that go wave by wave. */
export class PlanAudit implements ChangeWitness {
  readonly #findings: Findings;
  /** The answer a ring is being given right now: what it makes of it, it makes before it lets go. */
  #answer: PlanAnswer | null = null;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  during<T>(method: string, args: readonly unknown[], call: () => T): T {
    this.#answer = method === "replanned" ? (args[0] as PlanAnswer) : null;
    try {
      return call();
    } finally {
      this.#answer = null;
    }
  }

  changed(before: RunState | null, after: RunState): void {
    if (before) this.#lookAtEnded(before, after);
    if (before && (after.header.replans ?? 0) !== (before.header.replans ?? 0)) this.#lookAtSwitch(before, after);
    if (after.plan.policy.mode === "batch") this.#lookAtWaves(before, after);
  }

  /** What a step has come to stays, whatever plan it is in. */
  #lookAtEnded(before: RunState, after: RunState): void {
    const now = stepsOf(after);
    const [was, is] = [planIndex(before.plan).stepById, planIndex(after.plan).stepById];
    for (const [id, step] of stepsOf(before)) {
      if (!step.outcome?.ok || was.get(id)?.node !== is.get(id)?.node) continue;
      if (was.get(id)?.version !== is.get(id)?.version) continue;
      const later = now.get(id);
      if (later && JSON.stringify(later.outcome) !== JSON.stringify(step.outcome))
        this.#findings.add("lasting", `step ${id} of run ${after.header.id} was ${step.status} and is ${later.status}`);
    }
  }

  #lookAtSwitch(before: RunState, after: RunState): void {
    const { id, replans = 0 } = after.header;
    const asked = before.header.replanning?.question?.token;
    if (this.#answer === null || this.#answer.runId !== id || this.#answer.token !== asked)
      this.#findings.add(
        "replanned",
        `run ${id} asks ${asked ?? "nothing"} and takes the answer to ${this.#answer?.token ?? "no question"}`,
      );
    if (replans > after.plan.policy.maxReplans)
      this.#findings.add("bounded", `run ${id} goes on with plan ${replans}, ${after.plan.policy.maxReplans} allowed`);
    for (const segment of before.segments.values())
      if (segment.lease)
        this.#findings.add("replanned", `run ${id} changes its plan under lease ${segment.lease.token}`);
  }

  /** Nothing goes out before everything of the waves before it has ended. */
  #lookAtWaves(before: RunState | null, after: RunState): void {
    const waves = planWaves(after.plan);
    const open = waves.findIndex((wave) => wave.some((id) => !hasEnded(after, id)));
    if (open < 0) return;
    for (const wave of waves.slice(open + 1))
      for (const id of wave) {
        const token = after.segments.get(id)?.lease?.token;
        if (token !== undefined && token !== before?.segments.get(id)?.lease?.token)
          this.#findings.add("waves", `segment ${id} of run ${after.header.id} goes out before wave ${open} has ended`);
      }
  }
}

const stepsOf = ({ segments }: RunState): ReadonlyMap<string, StepState> =>
  new Map([...segments.values()].flatMap(({ steps }) => steps.map((step) => [step.id, step] as const)));

const hasEnded = ({ segments }: RunState, id: string): boolean =>
  segments.get(id)?.steps.every(({ status }) => TERMINAL_STEP.has(status)) ?? true;
