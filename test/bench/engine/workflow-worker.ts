/**
 * The same steps as a Cloudflare Workflow, written as its documentation recommends: one `step.do` a step, named and
 * deterministic, small values returned, steps that do not need each other under one `Promise.all`.
 *
 * POST /run?shape=SLUG&observe=engine|status: answers when the instance is complete. `engine` awaits the local engine's own
 * promise, which costs no polling and which production does not have; `status` asks `instance.status()` again and again,
 * without a pause. Neither is slower than an object that the last step tells.
 */
import {
  WorkflowEntrypoint,
  type Workflow,
  type WorkflowEvent,
  type WorkflowInstance,
  type WorkflowStep,
} from "cloudflare:workers";
import { SHAPES } from "./shapes.ts";

interface Params {
  readonly shape: string;
  readonly value: unknown;
}

interface Env {
  readonly STEPS: Workflow<Params>;
}

/** A trivial handler, like the engine's built-in noop. */
const handOn = (value: unknown): Promise<{ value: unknown }> => Promise.resolve({ value });

export class Steps extends WorkflowEntrypoint<Env, Params> {
  async run({ payload: { shape, value } }: WorkflowEvent<Params>, step: WorkflowStep): Promise<unknown> {
    const before = SHAPES.find(({ slug }) => slug === shape)?.before ?? [];
    const done: Promise<{ value: unknown }>[] = [];
    for (const [index, sources] of before.entries()) {
      const ready = Promise.all(sources.flatMap((source) => done[source] ?? []));
      const input = ready.then(([first]) => (first ? first.value : value));
      done.push(input.then((known) => step.do(`t${index}`, () => handOn(known))));
    }
    await Promise.all(done);
    const last = await done.at(-1);
    return last?.value;
  }
}

const ENDED: ReadonlySet<string> = new Set(["complete", "errored", "terminated"]);

async function polled(instance: WorkflowInstance): Promise<string> {
  for (;;) {
    const { status } = await instance.status();
    if (ENDED.has(status)) return status;
  }
}

export default {
  async fetch(request: Request, { STEPS }: Env): Promise<Response> {
    const url = new URL(request.url);
    const shape = url.searchParams.get("shape") ?? "";
    const { payload } = (await request.json()) as { readonly payload: unknown };
    const instance = await STEPS.create({ params: { shape, value: payload } });
    if (url.searchParams.get("observe") === "status") {
      return Response.json({ id: instance.id, status: await polled(instance) });
    }
    await STEPS.unsafeWaitForStatus(instance.id, "complete");
    return Response.json({ id: instance.id, status: "complete" });
  },
};
