import type { Envelope } from "../../../contracts/documents/envelope.ts";
import { fault, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { nodeRef, type NodeDefinition } from "../../core/registry/node.ts";
import type { CallSurroundings } from "../../spi/envelope-handler.ts";

/** The answer to an envelope, and the fault it tells of with all that an envelope has no place for. */
export interface Routed {
  readonly response: Envelope;
  readonly fault: Fault | null;
}

/** Has envelopes handled. */
export interface EnvelopeExecutor {
  execute(envelope: Envelope, surroundings: CallSurroundings): Promise<Routed>;
}

/**
 * A node with its contract, as a router knows it. It executes nothing: what it is asked to handle goes to the router, which
 * hands it to a handler.
 */
export class NodeInstance {
  readonly slug: string;
  readonly definition: NodeDefinition;
  readonly #router: EnvelopeExecutor;

  constructor(definition: NodeDefinition, router: EnvelopeExecutor) {
    this.slug = definition.name;
    this.definition = definition;
    this.#router = router;
  }

  /** Rejects with NODE_NOT_FOUND an envelope that is for another node, and with whatever the router rejects with. */
  async handle(envelope: Envelope, surroundings: CallSurroundings): Promise<Routed> {
    const { targetNode } = envelope;
    if (targetNode !== null && targetNode !== this.slug)
      throw new RuntimeHostError(
        fault("NODE_NOT_FOUND", `the envelope is for ${targetNode}, and this is ${nodeRef(this.definition)}`, {
          place: "$.target_node",
        }),
      );
    return this.#router.execute(envelope, surroundings);
  }
}
