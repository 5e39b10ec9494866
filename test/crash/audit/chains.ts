import type { RunState } from "../../../src/core/run/model/state.ts";
import type { Findings } from "../findings.ts";
import type { Told } from "../teller.ts";
import { isWornOut } from "../worn-out.ts";

/** What was to follow a run has followed it, once, and has ended as well. */
export function auditChains(
  told: readonly Told[],
  runs: ReadonlyMap<string, RunState>,
  kills: number,
  findings: Findings,
): void {
  const followers = Map.groupBy(
    [...runs.values()].filter(({ header }) => header.origin.kind === "chain"),
    ({ header }) => (header.origin.kind === "chain" ? header.origin.runId : ""),
  );
  for (const { story, runId, result } of told) {
    if (!result) continue;
    const wanted = result.run_status === "succeeded" ? (story.sequels?.length ?? 0) : 0;
    const came = followers.get(runId) ?? [];
    if (came.length !== wanted) findings.add("chains", `${came.length} runs followed run ${runId}, not ${wanted}`);
    for (const { header } of came)
      if (header.status !== "succeeded" && !isWornOut(header.fault?.code, kills))
        findings.add("chains", `run ${header.id}, which followed ${runId}, ${header.status}`);
  }
}
