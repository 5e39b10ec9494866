import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { RerunRequest } from "../../../contracts/api/run-control.ts";
import { isPlan } from "../plan/plan-document.ts";
import { documentIn } from "../plan/read-text.ts";
import { type Shell, usageFailure } from "../shell.ts";

/** The options of a rerun that change its plan. */
export interface RevisionOptions {
  /** `name=range` each. */
  readonly setVersion: readonly string[];
  readonly mutate?: string;
  readonly plan?: string;
}

type Revision = Pick<RerunRequest, "versions" | "mutations" | "plan" | "graph">;

/** What the options ask of the plan, as it is sent: the server says what is wrong with it, and where. */
export async function revisionOf(options: RevisionOptions, shell: Shell): Promise<Revision> {
  const { setVersion, mutate, plan } = options;
  const versions = Object.fromEntries(setVersion.map(versionIn));
  const mutations = mutate === undefined ? null : await documentIn(mutate, shell);
  if (mutations !== null && !isMutations(mutations))
    throw usageFailure(`${mutate} is no list of mutations`, 'such as [{"op": "remove", "step": "a"}]');
  return {
    ...(setVersion.length === 0 ? {} : { versions }),
    ...(mutations === null ? {} : { mutations: mutations }),
    ...(plan === undefined ? {} : await replacementIn(plan, shell)),
  };
}

function versionIn(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) throw usageFailure(`${text} gives no version`, "write node=1.2.0");
  return [text.slice(0, at), text.slice(at + 1)];
}

/** What tells one from the other; the server checks the rest. */
const isSentPlan = (value: object): value is NonNullable<Revision["plan"]> => isPlan({ ...value });
const isSentGraph = (value: object): value is NonNullable<Revision["graph"]> =>
  "steps" in value && Array.isArray(value.steps);
const isMutations = (value: unknown): value is NonNullable<Revision["mutations"]> => Array.isArray(value);

/** A plan, a run's page with its plan, or a graph. */
async function replacementIn(path: string, shell: Shell): Promise<Pick<Revision, "plan" | "graph">> {
  const value = await documentIn(path, shell);
  const document: JsonObject = isObject(value) ? value : {};
  const own: object = isObject(document["plan"]) ? document["plan"] : document;
  if (isSentPlan(own)) return { plan: own };
  if (isSentGraph(own)) return { graph: own };
  throw usageFailure(`${path} is neither a plan nor a graph`, "write one with `onex plan FILE --json`");
}
