import { fault, type Fault } from "../../core/errors.ts";
import type { NodeArtifacts } from "../../core/registry/node.ts";
import { meets } from "../../core/registry/refusals.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { nodesOf, type CarriedNode } from "../../core/run/codec/snapshot-nodes.ts";
import type { RunState } from "../../core/run/model/state.ts";
import type { Clock } from "../../spi/clock.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";

export interface RunNodePorts {
  readonly registry: RegistryCache;
  readonly clock: Clock;
}

/** The texts of the nodes a run needs elsewhere; NODE_NOT_FOUND when one of them is not here. */
export async function nodeTexts(
  tenant: string,
  state: RunState,
  { registry }: RunNodePorts,
): Promise<Result<readonly NodeArtifacts[], Fault>> {
  const texts: NodeArtifacts[] = [];
  for (const ref of nodesOf(state)) {
    const [name = "", version = ""] = ref.split("@");
    const artifacts = await registry.writer().artifacts(tenant, name, version);
    if (!artifacts) {
      const hint = "export the run without its nodes";
      return err(fault("NODE_NOT_FOUND", `node ${ref} is not registered here`, { place: "query nodes", hint }));
    }
    texts.push(artifacts);
  }
  return ok(texts);
}

/**
 * Registers the nodes that came with a run, as drafts: they can be executed by it, and nothing else is planned with them
 * until somebody makes them active. DUPLICATE_REGISTRATION when one is another node here, before anything is written.
 */
export async function takeNodes(
  tenant: string,
  nodes: readonly CarriedNode[],
  { registry, clock }: RunNodePorts,
): Promise<Result<null, Fault>> {
  if (nodes.length === 0) return ok(null);
  const writer = registry.writer();
  const known = (await writer.snapshot(tenant)).nodes;
  const news: CarriedNode[] = [];
  for (const [at, node] of nodes.entries()) {
    const met = meets(node.definition, known);
    if (!met.ok) return err(inFile(met.error, at));
    if (met.value === "nobody") news.push(node);
  }
  for (const { definition, artifacts } of news) {
    const registered = await writer.register(tenant, { ...definition, lifecycle: "draft" }, artifacts, clock.now());
    if (!registered.ok)
      return err(
        inFile(
          registered.error,
          nodes.findIndex((one) => one.definition === definition),
        ),
      );
  }
  return ok(null);
}

const inFile = (problem: Fault, at: number): Fault => ({
  ...problem,
  place: `$.nodes[${at}]`,
  hint: "export the run without its nodes; it is repeated with those that are here",
});
