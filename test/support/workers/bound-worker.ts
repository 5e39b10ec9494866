import { WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import { answerCalls, defineNode, NodeFailure, serveNodes } from "../../../src/authoring/index.ts";

/* A Worker that other Workers are bound to: nodes that do their work, and methods that do not. */

const input = z.object({ "bound.text": z.string() });

const output = z.object({ "bound.loud": z.string() });
const shouting = (name: string) =>
  defineNode({
    name,
    version: "1.0.0",
    input,
    output,
    run: (given) => ({ "bound.loud": given["bound.text"].toUpperCase() }),
  });
const refuses = defineNode({
  name: "bound_refuses",
  version: "1.0.0",
  input,
  output,
  run() {
    throw new NodeFailure("REQUEST_REJECTED", "not on a Sunday");
  },
});
const nodes = [shouting("bound_shout"), shouting("bound_posted"), refuses];

const answer = answerCalls(nodes);

/** The call that is answered later; a GET gives it. */
let parked: unknown = null;

export class Nodes extends WorkerEntrypoint {
  run(call: unknown): Promise<unknown> {
    return answer(call);
  }

  later(call: unknown): unknown {
    parked = call;
    return { accepted: true };
  }

  throws(): never {
    throw new RangeError("the password is hunter2");
  }

  nothing(): unknown {
    return null;
  }

  notJson(): unknown {
    return { outcome: { ok: true, output: { "bound.loud": new Date(0) } } };
  }

  functions(): unknown {
    return { outcome: { ok: true, output: { "bound.loud": () => "loud" } } };
  }

  circle(): unknown {
    const output: Record<string, unknown> = {};
    output["bound.loud"] = output;
    return { outcome: { ok: true, output } };
  }

  huge(): unknown {
    return { outcome: { ok: true, output: { "bound.loud": "x".repeat(40 * 1_048_576) } } };
  }

  never(): Promise<unknown> {
    return new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}

export default {
  fetch: (request, env) =>
    request.method === "GET" ? Response.json(parked) : serveNodes(nodes, { secret: env.NODES_SECRET })(request),
} satisfies ExportedHandler<{ readonly NODES_SECRET: string }>;
