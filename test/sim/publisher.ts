import type { JsonObject } from "../../contracts/json/json.ts";
import type { Ids } from "../../src/spi/clock.ts";
import type { Backends } from "./backends.ts";
import type { Line } from "./line.ts";
import type { Scenario } from "./scenario.ts";
import type { Does } from "./script.ts";
import { GROUP } from "./sim-node.ts";
import { GIVEN } from "./sim-request.ts";
import { callFor } from "../support/call.ts";

const TENANT = "default";

/** A bus message that is on its way for sure. */
export interface Published {
  readonly id: string;
  readonly key: string;
}

export interface PublisherOptions {
  readonly scenario: Scenario;
  readonly ids: Ids;
  readonly backends: Backends;
}

/** Somebody with messages for the bus. One whose answer was lost sends the same again, under an id of its own. */
export class Publisher {
  readonly published: Published[] = [];
  readonly #line: Line;
  readonly #options: PublisherOptions;

  constructor(line: Line, options: PublisherOptions) {
    this.#line = line;
    this.#options = options;
  }

  async send(does: Extract<Does, { what: "trigger" }>): Promise<void> {
    const { ids, backends } = this.#options;
    const message = this.#messageOf(does, ids.uuid());
    const published: Published = { id: String(message["trigger_id"]), key: String(message["idempotent_key"]) };
    if (does.how === "straight to the queue") {
      backends.triggerBus.triggers.send([message]);
      this.published.push(published);
      return;
    }
    const heard = await this.#line.ask("send a trigger", async ({ triggers }) =>
      triggers.send(callFor(TENANT, ids.uuid()), message),
    );
    if (heard?.ok) this.published.push(published);
  }

  /** What a key stands for never changes. */
  #messageOf({ key, asks, node }: Extract<Does, { what: "trigger" }>, id: string): JsonObject {
    const { nodes } = this.#options.scenario;
    const asked = nodes[node];
    const input = Object.fromEntries(
      [GIVEN, ...nodes.flatMap(({ reads }) => reads)].map((name) => [name, `bus ${key}`]),
    );
    const only = Object.fromEntries((asked?.reads ?? []).map((name) => [name, `bus ${key}`]));
    return {
      schema_version: "1.0.0",
      topic: `node.exec.request.${asks === "nobody" ? "nowhere" : GROUP}`,
      trigger_id: id,
      idempotent_key: `${asks} ${node} ${key}`,
      source: "bus",
      ...(asks === "a node" ? { node: asked?.name ?? null, input: only } : {}),
      ...(asks === "a goal" ? { want: [asked?.gives ?? GIVEN], input } : {}),
      ...(asks === "anybody" || asks === "nobody" ? { input } : {}),
    };
  }
}
