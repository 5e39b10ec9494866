import { relative } from "node:path";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { ImportedGoal } from "../../core/plan/import/imported.ts";
import { planGoal } from "../../core/plan/search/plan-goal.ts";
import { policyToWire } from "../../core/plan/stored/plan-to-wire.ts";
import { servedBy } from "../../core/registry/served.ts";
import { buildSnapshot } from "../../core/registry/snapshot.ts";
import type { PlanDocument } from "../plan/plan-document.ts";
import { neighbouringGraphs, nodeSources, withStandIns } from "../plan/stand-ins.ts";
import { oneLine } from "../printer.ts";
import { CommandFailure, type Shell } from "../shell.ts";
import { graphPayload, planPayload } from "./graph-payload.ts";
import { nodesNamed, withNoops } from "./stand-ins.ts";

/** A document that is no request by itself: one of the earlier project, or a plan made before. */
export type RunDocument = Exclude<PlanDocument, { readonly kind: "request" }>;

export interface DocumentWishes {
  /** Where the document is; `-` for standard input. */
  readonly path: string;
  /** Whether something that does nothing may run in the place of a node that is not there. */
  readonly standIns: boolean;
  /** Documents that bring the nodes a policy is planned over; those beside it when there are none. */
  readonly documents: readonly string[];
  /** Names of the given values. */
  readonly given: readonly string[];
}

/** What runs a document: a goal for a policy, else a graph. */
export async function requestOfDocument(
  document: RunDocument,
  wishes: DocumentWishes,
  shell: Shell,
): Promise<{ readonly operation: string; readonly payload: JsonObject }> {
  if (document.kind === "plan") return graphRun(planPayload(document.plan));
  const { imported } = document;
  await tell(imported.notes, shell);
  if (imported.kind === "graph") return graphRun(graphPayload(imported.graph, imported.policy));
  if (wishes.standIns) return graphRun(await plannedOverStandIns(imported, wishes, shell));
  const { want, policy } = imported.goal;
  return { operation: "goal.run", payload: { want: [...want], policy: policyToWire(policy) } };
}

const graphRun = (payload: JsonObject) => ({ operation: "graph.run", payload });

async function plannedOverStandIns(
  { goal }: ImportedGoal,
  { path, documents, given }: DocumentWishes,
  shell: Shell,
): Promise<JsonObject> {
  const graphs = documents.length > 0 ? [] : neighbouringGraphs(path, shell);
  const { standIns } = await nodeSources(documents, shell);
  await tell(
    graphs.map((one) => `with the steps of ${relative(shell.cwd, one.path)}`),
    shell,
  );
  const nodes = [...standIns, ...graphs.flatMap((one) => one.nodes)];
  const registry = withStandIns(buildSnapshot("stand-ins", [], new Map()), nodes);
  const planned = planGoal({ ...goal, given }, registry, servedBy([{ type: "noop" }]));
  if (planned.ok) {
    const { steps } = planned.value;
    // The order is all that is left of a plan over nodes that do nothing; named for its node, a step tells what it stands for.
    const names = new Map(steps.map(({ id, node }) => [id, node]));
    const before = new Map(
      steps.map(({ id, inputs, after }) => [
        id,
        [...Object.values(inputs).flatMap(({ step }) => step ?? []), ...after],
      ]),
    );
    return graphPayload(
      {
        given: [],
        steps: steps.map(({ id, node }) => ({
          ...{ id: node, node },
          after: [...new Set((before.get(id) ?? []).map((other) => names.get(other) ?? other))],
        })),
      },
      goal.policy,
    );
  }
  const { code, message, hint } = planned.error;
  throw new CommandFailure(message, { code, ...(hint === undefined ? {} : { hint }) });
}

/** A graph whose nodes are all there: with stand-ins where they are not, else refused before anything is run. */
export async function withNodesThere(
  payload: JsonObject,
  { missingOf, standIns }: { readonly missingOf: MissingOf; readonly standIns: boolean },
  shell: Shell,
): Promise<JsonObject> {
  const missing = await missingOf(nodesNamed(payload));
  if (missing.length === 0) return payload;
  const names = missing.slice(0, MAX_NAMED).join(", ") + (missing.length > MAX_NAMED ? ", …" : "");
  if (!standIns) {
    throw new CommandFailure(`not there: ${names}`, {
      code: "NODE_NOT_FOUND",
      hint: "register them, or give --stand-ins to run steps that do nothing in their place",
    });
  }
  await tell([`steps that do nothing stand in for ${names}`], shell);
  return withNoops(payload, new Set(missing));
}

const MAX_NAMED = 10;

type MissingOf = (names: readonly string[]) => Promise<readonly string[]>;

async function tell(notes: readonly string[], { stderr }: Shell): Promise<void> {
  for (const note of notes) await stderr.write(`note: ${oneLine(note)}\n`);
}
