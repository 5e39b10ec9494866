import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import type { RerunRequest } from "../../src/app/runs/run-rerun.ts";
import type { Services } from "../../src/app/services.ts";
import { effectNode, pureNode, testEngine, type TestEngine, type TestNode } from "./engines.ts";
import { CALL, callFor } from "./call.ts";

/** The correlation id of every rerun. */
export const CORRELATION = "33333333-3333-4333-8333-333333333333";
export const UNKNOWN = "r00_0000000000000000000000000Z";
export const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
export const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
export const COUNT = pureNode("count", "text.twice", "text.size", (text) => String(text.length));
/** A pure node, an effect, a pure node. */
export const PIPELINE: readonly TestNode[] = [SHOUT, TWICE, COUNT];

export interface RunView {
  readonly run_id: string;
  readonly status: string;
  readonly outputs: JsonObject;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly correlation_id: string;
  readonly steps: readonly { readonly id: string; readonly status: string; readonly attempts: readonly unknown[] }[];
}

/** A world with one run in it, and the ways of steering it. */
export async function started(nodes: readonly TestNode[], operation: string, payload: JsonObject) {
  const world = await testEngine(nodes);
  const sent = await world.send(operation, payload);
  if (!sent.ok) throw new Error(sent.error.message);
  return { world, id: sent.value.runId, ...steering(world) };
}

/** The ways of steering the runs of a world. */
export function steering({ engine, settle }: TestEngine) {
  const { control, runs } = engine.services;
  return {
    control,
    settle,
    steer: (id: string, event: Parameters<Services["control"]["control"]>[2], tenant = "default") =>
      control.control(callFor(tenant), id, event),
    rerun: (id: string, request: Partial<RerunRequest> = {}) =>
      control.rerun(callFor("default", CORRELATION), id, {
        ...{ from: null, downstream: true, given: {}, idempotencyKey: null },
        ...request,
      }),
    async view(id: string): Promise<RunView> {
      const run = await runs.view(CALL, id);
      if (!run) throw new Error(`no run ${id}`);
      return run;
    },
    /** Ids of the steps that were executed in this run, in order. */
    async executed(id: string): Promise<readonly string[]> {
      const run = (await runs.view(CALL, id)) as unknown as RunView;
      return run.steps.filter(({ attempts }) => attempts.length > 0).map(({ id: step }) => step);
    },
  };
}

/** What the whole pipeline is for: the length of the text, upper-cased and doubled. */
export const goal = (text: JsonValue = "hey") => ({ want: ["text.size"], given: { "text.in": text } });
/** What a refused result matches. */
export const refusal = (code: string) => ({ ok: false, error: { code } });

/** The value of a result; fails with the fault's message. */
export function valueOf<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: { readonly message: string } },
): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

export const idOf = (run: JsonObject): string => String(run["run_id"]);
