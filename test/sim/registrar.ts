import { nodeRef, type NodeRef } from "../../src/core/registry/node.ts";
import { sampleArtifacts } from "../support/sample-node.ts";
import type { Line } from "./line.ts";
import { definitionOf, NEXT_VERSION, type SimNode } from "./sim-node.ts";

const TENANT = "default";
const NEXT_NODE = "00000000-0000-4000-8000-000000000000";

/** Whoever looks after the registry: brings out new versions and withdraws old ones while runs are under way. */
export class Registrar {
  /** The last registry version it was told of; what it shows must be seen by whoever names it. */
  seen: string | null = null;
  /** Nodes it knows to be archived. */
  readonly archived = new Set<NodeRef>();
  readonly #line: Line;
  readonly #nodes: readonly SimNode[];

  constructor(line: Line, nodes: readonly SimNode[]) {
    this.#line = line;
    this.#nodes = nodes;
  }

  async register(place: number): Promise<void> {
    const node = this.#nodes[place];
    if (!node) return;
    const definition = definitionOf(node, NEXT_VERSION);
    const heard = await this.#line.ask(`register ${node.name} again`, ({ registry, process }) =>
      registry.register(TENANT, definition, sampleArtifacts(node.name), process.clock.now()),
    );
    if (heard?.ok) this.seen = heard.value.registryVersion;
  }

  async move(place: number, to: "deprecated" | "archived"): Promise<void> {
    const node = this.#nodes[place];
    if (!node) return;
    const { name, version } = definitionOf(node);
    const reasons = { deprecatedBy: NEXT_NODE, archivedReason: "it has had its day" };
    const heard = await this.#line.ask(`${name} becomes ${to}`, ({ registry }) =>
      registry.setLifecycle(TENANT, name, version, to, reasons),
    );
    if (!heard?.ok) return;
    this.seen = heard.value.registryVersion;
    if (to === "archived") this.archived.add(nodeRef({ name, version }));
  }
}
