import { z } from "zod";
import { anyJson } from "../json/any-json.ts";
import type { Wire } from "../json/wire.ts";
import { stepStatus, runStatus, via } from "./status.ts";

/** What every signal of a run says. */
const common = {
  seq: z.int().meta({ description: "Numbers the run's signals, rising from 1." }),
  run_id: z.string(),
  correlation_id: z.string(),
  timestamp: z.string(),
};

/** Of which step's attempt a signal tells. */
const attempt = {
  step: z.string(),
  node: z.string(),
  version: z.string(),
  segment: z.string(),
  attempt: z.int().meta({ description: "1 for the first." }),
  epoch: z.int().meta({ description: "Which dispatch of its segment." }),
  via,
};

const failure = z.object({ code: z.string(), message: z.string() });

const dispatchSignal = z
  .object({ type: z.literal("signal.node.dispatch"), ...common, ...attempt })
  .meta({ id: "DispatchSignal", title: "Dispatch signal", description: "An attempt at a step has begun." });

const progressSignal = z
  .object({
    type: z.literal("signal.node.progress"),
    ...common,
    ...attempt,
    fraction: z.number().nullable().meta({ description: "From 0 to 1; null when it cannot be told." }),
    message: z.string().nullable(),
  })
  .meta({ id: "ProgressSignal", title: "Progress signal", description: "How far an attempt at a step has come." });

const resultSignal = z
  .object({
    type: z.literal("signal.node.result"),
    ...common,
    ...attempt,
    status: z.enum(["failure", "released", ...stepStatus.options]).meta({
      description: "`failure`, or the step's status; `released` for an attempt whose lease ended without a word.",
    }),
    will_retry: z.boolean(),
    execution_time_ms: z.number().nullable(),
    output_hash: z.string().nullable(),
    events: z.array(anyJson("What the node reported besides its result.")),
    error: failure.nullable(),
  })
  .meta({ id: "ResultSignal", title: "Result signal", description: "An attempt at a step has ended." });

const replannedSignal = z
  .object({
    type: z.literal("signal.graph.replanned"),
    ...common,
    replan: z.int(),
    replaced: z.array(z.object({ step: z.string(), node: z.string(), version: z.string(), status: stepStatus })),
  })
  .meta({ id: "ReplannedSignal", title: "Replanned signal", description: "The run goes on with another plan." });

const completedSignal = z
  .object({ type: z.literal("signal.graph.completed"), ...common, status: runStatus, error: failure.nullable() })
  .meta({ id: "CompletedSignal", title: "Completed signal", description: "The run has ended; the last signal." });

/** Something that happened in a run. `seq` orders the signals of one run, from 1. */
export const runSignal = z
  .discriminatedUnion("type", [dispatchSignal, progressSignal, resultSignal, replannedSignal, completedSignal])
  .meta({ id: "Signal", title: "Signal", description: "Something that happened in a run." });

/** What every signal of any release has: what is read of one whose type is not known here. */
export const signalHead = z.object({ seq: common.seq, type: z.string() });

/** Whether this release knows signals of the type. */
export const isSignalType = (type: string): type is RunSignal["type"] =>
  runSignal.options.some(({ shape }) => shape.type.value === type);

const SIGNAL_EXAMPLE = {
  type: "signal.graph.completed" as const,
  seq: 9,
  run_id: "r00_01J00000000000000000000000",
  correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  timestamp: "2026-01-01T00:00:00.012Z",
  status: "succeeded" as const,
  error: null,
};

/** A page of a run's signals. */
export const runEvents = z
  .object({
    run_id: z.string(),
    events: z.array(runSignal),
    finished: z.boolean().meta({ description: "True when the run has ended: no signal will follow the ones shown." }),
    next: z.int().meta({ description: "Ask with `after` set to this for what comes next." }),
  })
  .meta({
    id: "RunEvents",
    title: "Run events",
    description: "The signals of a run after a number.",
    examples: [{ run_id: SIGNAL_EXAMPLE.run_id, events: [SIGNAL_EXAMPLE], finished: true, next: 9 }],
  });

export type RunSignal = Wire<z.output<typeof runSignal>>;
export type DispatchSignal = Wire<z.output<typeof dispatchSignal>>;
export type ProgressSignal = Wire<z.output<typeof progressSignal>>;
export type ResultSignal = Wire<z.output<typeof resultSignal>>;
export type ReplannedSignal = Wire<z.output<typeof replannedSignal>>;
export type CompletedSignal = Wire<z.output<typeof completedSignal>>;
export type RunEvents = Wire<z.output<typeof runEvents>>;
