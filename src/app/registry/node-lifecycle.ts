import { memberAt } from "../../../contracts/json/narrow.ts";
import type { LifecycleMoved, LifecycleRequest } from "../../../contracts/api/nodes-api.ts";
import { refusal } from "../../core/envelope/refusal.ts";
import { fault, type Fault } from "../../core/errors.ts";
import type { LifecycleReasons } from "../../core/metadata/lifecycle.ts";
import { nodeRef, type NodeDefinition } from "../../core/registry/node.ts";
import { judgeMove, notRegistered } from "../../core/registry/refusals.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { quoted } from "../../core/text/clip.ts";
import type { NodeRegistry } from "../../spi/node-registry.ts";
import type { CallContext } from "../call-context.ts";
import { proveNode, type ProofPorts } from "./prove-node.ts";

export interface LifecyclePorts extends ProofPorts {
  readonly registry: NodeRegistry;
}

/**
 * Moves a registered version to another lifecycle state, along the ways there are. Whoever becomes active keeps its own
 * examples first. Refusals: NODE_NOT_FOUND, LIFECYCLE_INVALID, INVALID_PARAMETER for a reason of another move; each with
 * its place in the request or in the node.
 */
export async function moveLifecycle(
  call: CallContext,
  { name, version }: Pick<NodeDefinition, "name" | "version">,
  { to, reason, replaced_by: replacement }: LifecycleRequest,
  ports: LifecyclePorts,
): Promise<Result<LifecycleMoved, Fault>> {
  const { tenant } = call;
  const { registry } = ports;
  const ref = nodeRef({ name, version });
  const node = (await registry.versions(tenant, name)).find(({ definition }) => definition.version === version);
  if (!node) return err(notRegistered(ref));
  const { definition } = node;
  const from = definition.lifecycle;
  const idle = idleReason(to, reason, replacement);
  if (idle) return err(idle);
  const replacedBy = replacement === undefined ? ok(null) : await uuidOf(tenant, replacement, definition, registry);
  if (!replacedBy.ok) return replacedBy;
  const reasons: LifecycleReasons = {
    ...(replacedBy.value === null ? {} : { deprecatedBy: replacedBy.value }),
    ...(reason === undefined ? {} : { archivedReason: reason }),
  };
  if (from !== to) {
    const allowed = judgeMove(ref, from, to, reasons);
    if (!allowed.ok) return err({ ...allowed.error, place: PLACES[codeOf(allowed.error)] ?? "$.to" });
    const against = to === "active" ? await againstActive(call, definition, ports) : [];
    if (against.length > 0) return err(refusal("the move to active", against));
  }
  const moved = await registry.setLifecycle(tenant, name, version, to, reasons);
  if (!moved.ok) return moved;
  const { registryVersion } = moved.value;
  return ok({ name, version, from, to, changed: from !== to, registry_version: registryVersion });
}

async function againstActive(
  call: CallContext,
  node: NodeDefinition,
  ports: LifecyclePorts,
): Promise<readonly Fault[]> {
  const artifacts = await ports.registry.artifacts(call.tenant, node.name, node.version);
  return artifacts ? proveNode(call, node, artifacts, ports) : [notRegistered(nodeRef(node))];
}

/** The member of the request that a refused move lacks, by the code of the rule. */
const PLACES: Readonly<Record<string, string>> = { LC005: "$.replaced_by", LC006: "$.reason" };

function codeOf({ details }: Fault): string {
  const code = memberAt(details, "code");
  return typeof code === "string" ? code : "";
}

/** A reason that the move would drop: the caller meant something by it. */
function idleReason(to: string, reason: string | undefined, replacement: string | undefined): Fault | null {
  const idle = (member: string, only: string): Fault =>
    fault("INVALID_PARAMETER", `${member} is for a move to ${only}`, { place: `$.${member}`, hint: "leave it out" });
  if (reason !== undefined && to !== "archived") return idle("reason", "archived");
  if (replacement !== undefined && to !== "deprecated") return idle("replaced_by", "deprecated");
  return null;
}

/** The uuid of the registered node that takes over, which is no version of the same node. */
async function uuidOf(
  tenant: string,
  replacement: string,
  node: NodeDefinition,
  registry: NodeRegistry,
): Promise<Result<string, Fault>> {
  const { nodes } = await registry.snapshot(tenant);
  const [name, version] = replacement.split("@");
  const wanted = replacement.toLowerCase();
  const found = nodes.find(
    (one) =>
      one.uuid.toLowerCase() === wanted || (one.name === name && (version === undefined || one.version === version)),
  );
  const place = "$.replaced_by";
  if (!found) {
    const hint = "give the uuid, the name or name@version of a registered node";
    return err(fault("NODE_NOT_FOUND", `no node ${quoted(replacement)} is registered`, { place, hint }));
  }
  if (nodeRef(found) !== nodeRef(node) && found.uuid !== node.uuid) return ok(found.uuid);
  const hint = "newer versions take over by themselves; name another node";
  return err(fault("LIFECYCLE_INVALID", "a node cannot take over from itself", { place, hint }));
}
