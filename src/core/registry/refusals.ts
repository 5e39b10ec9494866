import { fault, type Fault } from "../errors.ts";
import { transition, type LifecycleReasons } from "../metadata/lifecycle.ts";
import { err, ok, type Result } from "../result.ts";
import { nodeRef, type Lifecycle, type NodeDefinition, type NodeRef } from "./node.ts";

/** What tells registered nodes apart. */
export type NodeIdentity = Pick<NodeDefinition, "name" | "version" | "uuid" | "digest">;

/**
 * What a registration meets among the registered nodes: nothing, itself, or another that has its name and version, or
 * its uuid under another name (versions of one node share a uuid). The second is DUPLICATE_REGISTRATION.
 */
export function meets(node: NodeIdentity, registered: Iterable<NodeIdentity>): Result<"nobody" | "itself", Fault> {
  const place = nodeRef(node);
  let sharesUuid: NodeIdentity | null = null;
  for (const other of registered) {
    if (nodeRef(other) === place) {
      if (other.digest === node.digest) return ok("itself");
      const hint = "raise the version: a registered version never changes";
      return err(fault("DUPLICATE_REGISTRATION", `${place} is registered with other content`, { place, hint }));
    }
    if (other.uuid === node.uuid && other.name !== node.name) sharesUuid = other;
  }
  if (!sharesUuid) return ok("nobody");
  const hint = "give the node a uuid of its own";
  return err(fault("DUPLICATE_REGISTRATION", `uuid ${node.uuid} belongs to ${nodeRef(sharesUuid)}`, { place, hint }));
}

/**
 * What all definitions of one tenant may take together, in characters of their JSON: every isolate that plans holds them.
 * Ten thousand nodes of ordinary size fit.
 */
export const MAX_REGISTRY_CHARS = 16_000_000;

/** Whether a definition finds room beside those that are there; REGISTRY_FULL. */
export function findsRoom(place: NodeRef, chars: number, registered: number): Result<null, Fault> {
  if (registered + chars <= MAX_REGISTRY_CHARS) return ok(null);
  const message = `with ${place} the registry would hold ${registered + chars} characters of definitions; it takes ${MAX_REGISTRY_CHARS}`;
  const hint = "give the node a smaller contract: large schemas, texts and examples are in every plan's way";
  return err(fault("REGISTRY_FULL", message, { place, hint, details: { chars, registered } }));
}

/** NODE_NOT_FOUND: nobody has this name and version. */
export const notRegistered = (place: NodeRef): Fault =>
  fault("NODE_NOT_FOUND", `no node ${place} is registered`, { place, hint: "list the node's versions" });

/** Judges a lifecycle move of a registered node; LIFECYCLE_INVALID carries the metadata code in its details. */
export function judgeMove(
  place: NodeRef,
  from: Lifecycle,
  to: Lifecycle,
  reasons: LifecycleReasons,
): Result<Lifecycle, Fault> {
  const allowed = transition(from, to, reasons);
  if (allowed.ok) return allowed;
  const [first] = allowed.error;
  return err(
    fault("LIFECYCLE_INVALID", first?.message ?? `a node cannot go from ${from} to ${to}`, {
      place,
      ...(first ? { hint: first.hint, details: { code: first.code } } : {}),
    }),
  );
}
