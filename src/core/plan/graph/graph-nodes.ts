import { satisfies, validRange } from "semver";
import type { Fault } from "../../errors.ts";
import { keyGuardsOf } from "../../registry/key-guards.ts";
import { nodeRef, type NodeDefinition } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import { unservedReason } from "../../registry/served.ts";
import { refusalReasons, trustOf, type Available, type Reach } from "../search/eligible.ts";
import type { GraphStep } from "../model/graph.ts";
import { NAMED_BY_GRAPH } from "./graph-why.ts";
import { suggestion } from "../model/nearest.ts";
import type { Candidate } from "../model/plan.ts";
import type { Policy } from "../model/policy.ts";
import { planFault } from "../model/problem.ts";

/** The node a graph's step means, and why this version of it. */
export interface Named {
  readonly node: NodeDefinition;
  readonly candidates: readonly Candidate[];
}

/**
 * Finds the nodes a graph names: the newest version in the range that may be used. Each name and range once.
 *
 * @param reach `part` for the body of a composite; a step that already stands within one is a part of it
 */
export function nodeFinder(
  snapshot: RegistrySnapshot,
  policy: Policy,
  available: Available,
  reach: Exclude<Reach, "planned">,
): (step: GraphStep, place: string) => Result<Named, Fault> {
  const known = new Map<string, Result<Named, Fault>>();
  return (step, place) => {
    const own = step.parent === undefined ? reach : "part";
    const key = `${own} ${step.node}@${step.version ?? "*"}`;
    let found = known.get(key);
    if (!found) known.set(key, (found = find(step, snapshot, policy, available, own)));
    return found.ok ? found : err({ ...found.error, place: `${place}.${found.error.place ?? "node"}` });
  };
}

function find(
  { node: name, version: range }: GraphStep,
  snapshot: RegistrySnapshot,
  policy: Policy,
  available: Available,
  reach: Reach,
): Result<Named, Fault> {
  const circumstances = { reach, guards: keyGuardsOf(snapshot) };
  if (range !== undefined && validRange(range) === null) {
    return err(
      planFault("invalid_version_range", `${range} is not a version range`, {
        place: "version",
        hint: "such as ^1.2.0",
      }),
    );
  }
  const versions = snapshot.byName.get(name) ?? [];
  if (versions.length === 0) {
    const hint = `register it first${suggestion(name, snapshot.byName.keys())}`;
    return err(planFault("unknown_node", `no node is named ${name}`, { place: "node", hint }));
  }
  const judged = versions.map((node) => {
    const reasons = [...refusalReasons(node, trustOf(snapshot, node), policy, available, circumstances)];
    const outside = range !== undefined && !satisfies(node.version, range);
    if (outside) reasons.unshift(`version ${node.version} is outside ${range}`);
    return { node, reasons, outside };
  });
  const chosen = judged.find(({ reasons }) => reasons.length === 0);
  if (!chosen) return err(noneLeft(name, range, judged, available));
  const candidates = judged.map(({ node, reasons }): Candidate => {
    const named = { node: node.name, version: node.version };
    if (node === chosen.node) return { ...named, ...NAMED_BY_GRAPH };
    if (reasons.length > 0) return { ...named, verdict: "rejected", reasons };
    return { ...named, verdict: "fallback", reasons: [`version ${node.version} is older than ${chosen.node.version}`] };
  });
  return ok({ node: chosen.node, candidates });
}

interface Judged {
  readonly node: NodeDefinition;
  readonly reasons: readonly string[];
  readonly outside: boolean;
}

function noneLeft(name: string, range: string | undefined, judged: readonly Judged[], { served }: Available): Fault {
  const known = judged.map(({ node }) => node.version);
  if (judged.every(({ outside }) => outside)) {
    const message = `no version of ${name} is within ${range ?? "*"}`;
    return planFault("unknown_version", message, {
      place: "version",
      hint: `known versions: ${known.slice(0, 10).join(", ")}`,
    });
  }
  const candidates = judged.map(({ node, reasons }) => ({ node: node.name, version: node.version, reasons }));
  const within = judged.filter(({ outside }) => !outside);
  const [first] = within;
  // What the policy would let through fails for want of somebody to execute it.
  const unserved = within.find(
    ({ node, reasons }) => reasons.length === 1 && reasons[0] === unservedReason(node, served),
  );
  if (unserved) {
    return planFault(
      "unserved_node",
      `nobody here can execute ${nodeRef(unserved.node)}: ${unserved.reasons.join("; ")}`,
      {
        place: "node",
        hint: "name another node, or plan where one of its kind is served",
        details: {
          handler_type: unserved.node.entrypoint.type,
          available_handlers: served.names,
          candidates: candidates.slice(0, 50),
        },
      },
    );
  }
  return planFault("node_not_allowed", `the policy allows no version of ${name}: ${first?.reasons.join("; ") ?? ""}`, {
    place: "node",
    hint: "relax the policy or name another node",
    details: { candidates: candidates.slice(0, 50) },
  });
}
