import type { ScaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { fault, RuntimeHostError, type Fault } from "../../core/errors.ts";
import type { Lifecycle } from "../../core/registry/node.ts";
import { draftReasons } from "../../core/scaffold/examples.ts";
import { scaffoldNode, type Birth, type ScaffoldedNode } from "../../core/scaffold/scaffold-node.ts";
import { parseSpecification } from "../../core/scaffold/specification.ts";
import type { Result } from "../../core/result.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock } from "../../spi/clock.ts";
import type { BuiltinNode } from "../../spi/handler.ts";
import type { NodeRegistry } from "../../spi/node-registry.ts";
import type { Sandbox } from "../../spi/sandbox.ts";
import { birthOf, storeFiles } from "./artifact-store.ts";
import { proveExamples } from "./prove-examples.ts";
import { announcement, earlierRegistration, wireRegistration, type Registered } from "./registration.ts";

export interface ScaffoldPorts {
  readonly sandbox: Sandbox;
  readonly registry: NodeRegistry;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

/**
 * The node that builds a node. Everything that can refuse runs before anything is written; files are written before the
 * registration, under their content's digest; the registration is one atomic write of the registry. So a failure
 * anywhere leaves nothing registered, and a repeated attempt ends in the same registration.
 */
export function scaffold(ports: ScaffoldPorts): BuiltinNode {
  return async ({ tenant, input }) => {
    const specification = take(parseSpecification(input["node.specification"] ?? null));
    // Without its examples: one that contradicts the contract is the specification's mistake, and is reported as that.
    const trial = takeAll(scaffoldNode({ ...specification, examples: [] }, TRIAL, "draft"));
    const verdicts = take(await proveExamples(specification, trial, ports.sandbox));
    const reasons = draftReasons(specification, verdicts);
    const lifecycle = reasons.length === 0 ? "active" : "draft";
    const registered =
      (await earlierRegistration(tenant, specification, ports)) ??
      (await registerNew(tenant, specification, lifecycle, ports)) ??
      // Another attempt was faster between the two: what it registered is what this one would have.
      (await earlierRegistration(tenant, specification, ports));
    if (!registered)
      throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the registry refused the node and does not have it"));
    return {
      result: { "node.registration": wireRegistration(registered, verdicts, reasons) },
      events: [announcement(registered)],
    };
  };
}

/** A stand-in while nothing is decided; no file that is kept carries it. */
const TRIAL: Birth = { uuid: "00000000-0000-4000-8000-000000000000", createdAt: "2000-01-01T00:00:00.000Z" };

/** Null when somebody registered the same name and version meanwhile. */
async function registerNew(
  tenant: string,
  specification: ScaffoldSpecification,
  lifecycle: Lifecycle,
  ports: ScaffoldPorts,
): Promise<Registered | null> {
  const birth = await birthOf(tenant, specification, ports);
  const node: ScaffoldedNode = takeAll(scaffoldNode(specification, birth, lifecycle));
  const files = await storeFiles(tenant, node, ports.blobs);
  const outcome = await ports.registry.register(tenant, node.definition, node.artifacts, ports.clock.now());
  if (!outcome.ok) {
    if (outcome.error.code === "DUPLICATE_REGISTRATION") return null;
    throw new RuntimeHostError(outcome.error);
  }
  return {
    definition: node.definition,
    metadata: node.artifacts.metadata,
    registryVersion: outcome.value.registryVersion,
    files,
  };
}

function take<T>(result: Result<T, Fault>): T {
  if (!result.ok) throw new RuntimeHostError(result.error);
  return result.value;
}

/** One fault carries the others along: an outcome has one code, a reader wants the whole list. */
function takeAll<T>(result: Result<T, readonly Fault[]>): T {
  if (result.ok) return result.value;
  const [first, ...others] = result.error;
  const problem = first ?? fault("SCAFFOLD_INVALID", "the specification was refused without a reason");
  if (others.length === 0) throw new RuntimeHostError(problem);
  const details = result.error.map(({ code, message, place, hint }) => ({
    code,
    message,
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
  }));
  throw new RuntimeHostError({ ...problem, message: `${problem.message} (and ${others.length} more)`, details });
}
