import { faultOf, isRetryable } from "../../core/errors.ts";
import { nodeRef, type NodeArtifacts, type NodeDefinition } from "../../core/registry/node.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";
import type { CallContext } from "../call-context.ts";
import type { NodeService } from "./node-service.ts";
import type { RegistryCache } from "./registry-cache.ts";

/** A node of a deployment's own code, with what it is registered from. */
export interface BroughtNode {
  readonly definition: NodeDefinition;
  readonly artifacts: NodeArtifacts;
}

export interface BroughtPorts {
  readonly nodes: Pick<NodeService, "register">;
  readonly registry: Pick<RegistryCache, "snapshot">;
  readonly clock: Clock;
  readonly log: Log;
  readonly background: (work: Promise<unknown>) => void;
}

/** A store that did not answer is asked again after this long, in milliseconds. */
const PAUSE_MS = 5_000;

/**
 * The nodes that a deployment is built with, registered as anybody's are: hashes verified, examples kept. It happens with
 * the isolate's first request and is found done by every later isolate. One that is refused is logged and keeps nothing
 * else from working; it is not tried again by this isolate.
 */
export class BroughtNodes {
  readonly #ports: BroughtPorts;
  #left: readonly BroughtNode[];
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(ports: BroughtPorts, nodes: readonly BroughtNode[]) {
    this.#ports = ports;
    this.#left = nodes;
  }

  /** Whether something is left to register, and it may be tried now. */
  get isDue(): boolean {
    return this.#left.length > 0 && this.#ports.clock.now() >= this.#notBefore;
  }

  /** Registers what is not registered yet. Never rejects. Requests at once each do it themselves, and the first one wins. */
  async register(call: CallContext): Promise<void> {
    const { clock, log } = this.#ports;
    if (!this.isDue) return;
    try {
      await this.#registerAll(call, this.#left);
    } catch (thrown) {
      const { code, message } = faultOf(thrown);
      this.#notBefore = clock.now() + PAUSE_MS;
      log.warn("nodes of this deployment are not registered yet", {
        correlation_id: call.correlationId,
        code,
        error: message,
      });
    }
  }

  async #registerAll(call: CallContext, nodes: readonly BroughtNode[]): Promise<void> {
    const { registry, background } = this.#ports;
    const { byRef } = await registry.snapshot(call.tenant, null, background);
    const later: BroughtNode[] = [];
    for (const node of nodes) {
      if (byRef.get(nodeRef(node.definition))?.digest === node.definition.digest) continue;
      if (!(await this.#registerOne(call, node))) later.push(node);
    }
    this.#left = later;
    if (later.length > 0) this.#notBefore = this.#ports.clock.now() + PAUSE_MS;
  }

  /** False where another try may help. */
  async #registerOne(call: CallContext, { definition, artifacts }: BroughtNode): Promise<boolean> {
    const { nodes, log } = this.#ports;
    const fields = { correlation_id: call.correlationId, node: nodeRef(definition) };
    const registered = await nodes.register(call, artifacts);
    if (registered.ok) {
      if (registered.value.created) log.info("a node of this deployment is registered", fields);
      return true;
    }
    const [first] = registered.error;
    const problems = registered.error.map(({ code, message, place = "" }) => ({ code, message, place }));
    const hint = first?.code === "DUPLICATE_REGISTRATION" ? "raise its version" : (first?.hint ?? "");
    log.error("a node of this deployment is refused", { ...fields, problems, hint });
    return !registered.error.every(isRetryable);
  }
}
