import { table } from "../../support/table.ts";
import type { Screen } from "./screen.ts";
import type { Story } from "./story.ts";

/** The end of the demo: the documents, and what was learned from them: trust, what it does to the plan, the built node. */
export function printSummary({ built, documents, before, after, plans }: Story, screen: Screen): void {
  screen.title("Documents");
  const rows = documents.map(({ name, status, outputs, durationMs, steps, queuedSteps }) => [
    name,
    outputs?.["metadata.report"].dialect ?? "-",
    outputs?.["metadata.report"].hash ?? "-",
    String(outputs?.["document.stats"].words ?? "-"),
    durationMs === null ? "-" : `${durationMs} ms`,
    steps === 0 ? "-" : `${steps}, ${queuedSteps} queued`,
    status,
  ]);
  const head = ["document", "dialect", "hash verdict", "words", "run time", "steps", "status"];
  for (const line of table(head, rows, [3, 4])) screen.line(`  ${line}`);

  screen.title("What was learned: trust");
  const trust = Object.entries(after).map(([name, { score, samples }]) => [
    name,
    (before[name]?.score ?? 0).toFixed(3),
    score.toFixed(3),
    String(samples),
  ]);
  for (const line of table(["node", "before", "after", "samples"], trust, [1, 2, 3])) screen.line(`  ${line}`);

  screen.title("What was learned: the plan");
  const [then, now] = [plans.before.cost, plans.after.cost].map((cost) => cost.toFixed(2));
  screen.line(`  The same goal costs ${now} and cost ${then}: a node that is trusted more is cheaper.`);
  for (const choice of plans.after.why) for (const line of choiceLine(choice)) screen.line(`  ${line}`);

  screen.title("What was learned: a node");
  const gives = plans.after.why.filter(({ candidates }) => candidates.some(({ node }) => node === built.name));
  screen.line(
    `  ${built.name}@${built.version}, built by scaffold@1.0.0, is ${built.lifecycle}; its hash is verified.`,
  );
  screen.line(`  It gives ${gives.map(({ key }) => key).join(", ")}, and every next plan may use it.`);
}

/** Why a key comes from where it comes from; nothing for what is given. */
function choiceLine({ key, candidates }: Story["plans"]["after"]["why"][number]): readonly string[] {
  const chosen = candidates.find(({ verdict }) => verdict === "chosen");
  return chosen ? [`${key} ← ${chosen.node}@${chosen.version}: ${chosen.reasons.join("; ")}`] : [];
}

/** What lies in the bucket. */
export function printKeys({ keys }: Story, screen: Screen): void {
  screen.title("Written to R2");
  for (const key of keys) screen.line(`  ${key}`);
}

/** The object that `--json` prints. */
export const summaryJson = ({ built, documents, before, after, work, keys }: Story): object => ({
  built: { name: built.name, version: built.version, lifecycle: built.lifecycle, hash_verified: built.hash_verified },
  documents: documents.map(({ name, runId, status, outputs, steps, queuedSteps }) => ({
    name,
    run_id: runId,
    status,
    hash: outputs?.["metadata.report"].hash ?? null,
    words: outputs?.["document.stats"].words ?? null,
    steps,
    queued_steps: queuedSteps,
  })),
  trust: Object.fromEntries(
    Object.entries(after).map(([name, { score, samples }]) => [
      name,
      { before: before[name]?.score ?? null, after: score, samples },
    ]),
  ),
  work: { report: work.report, words: work.words, skipped: work.skipped },
  results: keys,
});
