import type { JsonObject } from "../../../contracts/json/json.ts";
import { isList, isObject } from "../../../contracts/json/narrow.ts";

/** What runs in the place of a node that is not there: a built-in node that does nothing. */
const NOOP = "noop";

/** The names of the nodes that a graph's payload mentions, each once. */
export const nodesNamed = ({ steps }: JsonObject): readonly string[] => [
  ...new Set(stepsOf(steps).flatMap(({ node }) => (typeof node === "string" ? [node] : []))),
];

/** A graph with steps that do nothing in the place of those whose nodes are not there. Their order stays; values they have none. */
export function withNoops(payload: JsonObject, missing: ReadonlySet<string>): JsonObject {
  const stands = ({ node }: JsonObject): boolean => typeof node === "string" && missing.has(node);
  const steps = stepsOf(payload["steps"]);
  if (!steps.some(stands)) return payload;
  const replaced = steps.map((step) => {
    if (!stands(step)) return step;
    const { inputs: _inputs, version: _version, ...rest } = step;
    return { ...rest, node: NOOP };
  });
  const { id } = steps.at(-1) ?? {};
  // Else the run would list that each of them gave nothing.
  const nothing = steps.every(stands) && typeof id === "string";
  return { ...payload, steps: replaced, ...(nothing ? { want: [`${id}.${NOOP}.output`] } : {}) };
}

const stepsOf = (steps: unknown): readonly JsonObject[] =>
  isList(steps) ? steps.filter((step) => isObject(step)) : [];
