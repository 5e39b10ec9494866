import { setTimeout as pause } from "node:timers/promises";
import { asWire } from "../../../contracts/json/wire.ts";
import { planWire, type PlanWire } from "../../../contracts/documents/plan.ts";
import { registerTree } from "../../../src/cli/dev/register-tree.ts";
import { createWireClient, type WireClient } from "../../../src/client/wire-client.ts";
import type { LocalWorker } from "../../support/local-worker/boot.ts";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import { DemoFailure, type Registration } from "./answers.ts";
import { buildNode } from "./build-node.ts";
import type { DemoDocument } from "./documents.ts";
import { planTree } from "./plan-tree.ts";
import { realWork, type RealWork } from "./real-work.ts";
import { runDocument, WANT, type DocumentOutcome } from "./run-document.ts";
import type { Screen } from "./screen.ts";
import { readTrust, settledTrust, type TrustReadings } from "./trust-watch.ts";

const SPECIFICATION = new URL("../../../docs/examples/document_stats.spec.json", import.meta.url);
/** The nodes a document's goal takes; the last is the one that is built on the way. */
const NODES = ["metadata_extract", "metadata_validate", "hash_verify", "metadata_report", "document_stats"];

/** Everything that happened. */
export interface Story {
  readonly built: Registration;
  readonly documents: readonly DocumentOutcome[];
  readonly before: TrustReadings;
  readonly after: TrustReadings;
  /** The plan of the documents' goal before the first of them, and after the last, when more is known of the nodes. */
  readonly plans: { readonly before: PlanWire; readonly after: PlanWire };
  /** A goal whose nodes reach beyond the Worker. */
  readonly work: RealWork;
  /** Every key in the bucket, sorted. */
  readonly keys: readonly string[];
}

/** Plays the main job on a fresh server: a node is built by a node, and planned with at once. */
export async function play(worker: LocalWorker, documents: readonly DemoDocument[], screen: Screen): Promise<Story> {
  const client = createWireClient({ baseUrl: worker.url, token: worker.token, name: "demo" });

  screen.title("Built-in nodes, registered through the API");
  const { nodes } = await registerTree(client, PROJECT_ROOT);
  screen.line(`  ${nodes.map(({ node }) => node).join(", ")}`);
  const scaffoldBefore = await readTrust(client, ["scaffold"]);

  screen.title("A node that builds a node: document_stats");
  const built = await buildNode(client, SPECIFICATION, screen);
  const before = { ...scaffoldBefore, ...(await readTrust(client, NODES)) };

  screen.title(`The plan for ${WANT.join(" and ")} from document.text`);
  const planned = await previewPlan(client, built.registry_version);
  for (const line of planTree(planned)) screen.line(`  ${line}`);

  const outcomes: DocumentOutcome[] = [];
  for (const [index, document] of documents.entries()) {
    screen.title(`${index + 1} of ${documents.length}: ${document.name}`);
    const outcome = await runDocument(client, document, built.registry_version, screen);
    if (outcome.problem !== null) screen.bad(`  ${outcome.status}: ${outcome.problem}`);
    outcomes.push(outcome);
  }

  const succeeded = outcomes.filter(({ status }) => status === "succeeded").length;
  const after = await settledTrust(client, {
    scaffold: (before["scaffold"]?.samples ?? 0) + 1,
    ...Object.fromEntries(NODES.map((name) => [name, (before[name]?.samples ?? 0) + succeeded])),
  });
  const work = await realWork(worker, client, screen);
  const plans = { before: planned, after: await planLearned(client, planned, succeeded > 0) };
  return { built, documents: outcomes, before, after, plans, work, keys: await storedKeys(worker) };
}

async function previewPlan(client: WireClient, registryVersion: string): Promise<PlanWire> {
  const payload = { want: WANT, given: ["document.text"] };
  const plan = asWire(
    planWire.parse(await client.plans.preview({ operation: "goal.run", payload }, { registryVersion })),
  );
  const planned = plan.steps.map(({ node }) => node).sort();
  if (planned.join() !== [...NODES].sort().join()) {
    throw new DemoFailure(`the plan takes ${planned.join(", ")} and not ${NODES.join(", ")}`);
  }
  return plan;
}

const ASK_EVERY_MS = 250;
const LIMIT_MS = 60_000;

/** The same goal's plan once the planner knows of the trust that has moved, which it asks for once a second at most. */
async function planLearned(client: WireClient, before: PlanWire, hasMoved: boolean): Promise<PlanWire> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const { registry_version: known } = await client.nodes.list();
    const plan = await previewPlan(client, known);
    if (!hasMoved || plan.cost !== before.cost) return plan;
    if (performance.now() > end) throw new DemoFailure("the planner did not hear of the trust that has moved");
    await pause(ASK_EVERY_MS);
  }
}

/** The part of a bucket that lists it. */
interface Bucket {
  list(options: { cursor?: string }): Promise<{ objects: { key: string }[]; truncated: boolean; cursor?: string }>;
}

async function storedKeys({ mf }: LocalWorker): Promise<string[]> {
  const bucket = (await mf.getR2Bucket("BLOBS")) as unknown as Bucket;
  const keys: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await bucket.list(cursor === undefined ? {} : { cursor });
    keys.push(...page.objects.map(({ key }) => key));
    if (!page.truncated) return keys.sort();
    cursor = page.cursor;
  }
}
