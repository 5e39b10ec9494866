import { z } from "zod";
import { anyJson, anyObject } from "../json/any-json.ts";
import { stepId, type GraphInput } from "../documents/graph.ts";
import { contractKey, plainText } from "../json/json.ts";
import type { MutationInput, PlanWire } from "../documents/plan.ts";
import type { Wire } from "../json/wire.ts";
import { registerNode } from "./nodes-api.ts";
import { runError } from "./run.ts";
import { runStatus } from "./status.ts";

const RUN_ID = "r00_01J00000000000000000000000";
const hash = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in lower case hexadecimal is required");

/** `POST /v1/runs/:id/cancel`. */
export const cancelRequest = z
  .strictObject({
    reason: z.string().min(1).max(500).optional().meta({ description: "Why; told by the run as its error." }),
  })
  .meta({
    id: "CancelRequest",
    title: "Cancel request",
    description: "Ends a run.",
    examples: [{ reason: "the order was withdrawn" }],
  });

/** `POST /v1/runs/:id/events`. */
export const eventRequest = z
  .strictObject({
    name: plainText.min(1).max(200).meta({ description: "The event's name, as the waiting step knows it." }),
    payload: anyJson("What happened; becomes the waiting step's output. Null when left out.").optional(),
  })
  .meta({
    id: "EventRequest",
    title: "Event request",
    description: "Something that happened outside the run.",
    examples: [{ name: "payment", payload: { amount: 42 } }],
  });

/** `POST /v1/runs/:id/approvals/:step`. */
export const approvalRequest = z
  .strictObject({
    approved: z.boolean().meta({ description: "False fails the step with APPROVAL_REJECTED." }),
    by: plainText.min(1).max(200).optional().meta({ description: "Who decided." }),
    comment: z.string().min(1).max(2_000).optional().meta({ description: "Why." }),
  })
  .meta({
    id: "ApprovalRequest",
    title: "Approval request",
    description: "A person's word on a step that waits for it.",
    examples: [{ approved: true, by: "ann", comment: "looks right" }],
  });

/** `POST /v1/runs/:id/rerun`. */
export const rerunRequest = z
  .strictObject({
    from: stepId.optional().meta({ description: "The step to execute anew; all of them when left out." }),
    downstream: z.boolean().default(true).meta({ description: "Whether what depends on `from` is executed anew too." }),
    given: z
      .record(contractKey, anyJson("The value."))
      .default({})
      .meta({ description: "Given values that replace the original ones, by contract key." }),
    values: z
      .record(stepId, z.record(contractKey, anyJson("The value.")))
      .default({})
      .meta({
        description:
          "Values that stand in the place of what steps gave, by step and contract key. The step is not executed; what " +
          "reads such a value, as an input or in its gate, is decided anew.",
      }),
    chains: z
      .boolean()
      .default(false)
      .meta({ description: "Whether the envelopes the run sent at its end are sent again, by the new run." }),
    versions: z.record(z.string().min(1).max(200), z.string().min(1).max(100)).default({}).meta({
      description: "A step's id, or a node's name for all its steps, and the semantic version range to run instead.",
    }),
    mutations: z
      .array(anyObject("A change: replace, insert, remove, rewire, result or after."))
      .max(1_000)
      .default([])
      .meta({ description: "Changes to the plan, applied in order after `versions`." }),
    plan: anyObject(
      "A whole plan instead of the run's own. It is validated as a new one; its composites are opened.",
    ).optional(),
    graph: anyObject(
      "A graph instead of the run's plan; what it is not given, the run was. Not together with `plan`.",
    ).optional(),
  })
  .refine(({ plan, graph: other }) => plan === undefined || other === undefined, {
    path: ["graph"],
    message: "a rerun takes either a plan or a graph",
  })
  .meta({
    id: "RerunRequest",
    title: "Rerun request",
    description: "What to execute anew, with which values, and with which nodes.",
    examples: [
      { from: "summarize", given: { "document.text": "# Corrected" } },
      {
        versions: { summarize: "1.2.0" },
        mutations: [{ op: "replace", step: "translate", node: "translate_fast" }],
      },
    ],
  });

/** What steering answers: the run and how it stands now. */
export const runSteered = z.object({ run_id: z.string(), status: runStatus }).meta({
  id: "RunSteered",
  title: "Run steered",
  description: "How the run stands now.",
  examples: [{ run_id: RUN_ID, status: "paused" }],
});

/** What sending an event answers: who hears it, so that a misspelt name shows. */
export const eventTaken = runSteered
  .extend({
    heard_by: z.array(z.string()).meta({
      description:
        "Steps that wait for the event, or will, or may because their name for it is not known yet. Empty: nobody does.",
    }),
    awaited: z.array(z.string()).meta({ description: "Every name that steps of the run wait for or will." }),
  })
  .meta({
    id: "EventTaken",
    title: "Event taken",
    description: "How the run stands now, and who hears the event.",
    examples: [{ run_id: RUN_ID, status: "running", heard_by: ["payment"], awaited: ["payment"] }],
  });

const hashes = z.object({ input_hash: z.string().nullable(), output_hash: z.string().nullable() });

const replayedStep = z.object({
  step: z.string(),
  node: z.string(),
  version: z.string(),
  verdict: z.enum(["matches", "differs", "gone", "not_repeated"]).meta({
    description:
      "`gone`: the node's version or handler is no longer there. `not_repeated`: effects, waits and steps that never ran.",
  }),
  expected: hashes.optional(),
  actual: hashes.optional(),
  error: runError.nullable().optional().meta({ description: "Why it failed this time." }),
});

/** `POST /v1/runs/:id/replay`: what executing a run again from its record showed. */
export const replayReport = z
  .object({
    run_id: z.string(),
    plan_hash: hash,
    identical: z.boolean().meta({ description: "Nothing differs and nothing is gone." }),
    matches: z.int(),
    differs: z.int(),
    gone: z.int(),
    not_repeated: z.int(),
    steps: z.array(replayedStep),
  })
  .meta({
    id: "ReplayReport",
    title: "Replay report",
    description: "The hashes of a run compared with those of its steps executed again.",
    examples: [
      {
        run_id: RUN_ID,
        plan_hash: "0".repeat(64),
        identical: true,
        matches: 1,
        differs: 0,
        gone: 0,
        not_repeated: 0,
        steps: [{ step: "noop", node: "noop", version: "1.0.0", verdict: "matches" }],
      },
    ],
  });

/** A run as one file, as it is exported and taken in. */
export const runSnapshot = z
  .strictObject({
    format: z.string().max(100).meta({ description: "`onex-run/1`." }),
    run_id: z.string().meta({ description: "The run keeps its id wherever it goes." }),
    record: anyObject(
      "Plan, given values and outcomes, in the engine's own form; every member of it is checked when it is taken in.",
    ),
    events: z.array(anyObject("A signal.")).meta({ description: "The run's signals." }),
    values: z.record(hash, z.string()).meta({ description: "The JSON of values over 64 KB, by its SHA-256." }),
    nodes: z
      .array(registerNode)
      .optional()
      .meta({ description: "The texts of the nodes the run names, when it was exported with them." }),
    sha256: hash.meta({ description: "SHA-256 of the canonical JSON (RFC 8785) of every other member." }),
  })
  .meta({ id: "RunSnapshot", title: "Run snapshot", description: "A run that has ended, as one file." });

export type CancelRequest = z.input<typeof cancelRequest>;
export type EventRequest = z.input<typeof eventRequest>;
export type ApprovalRequest = z.input<typeof approvalRequest>;
/** What a sender may write; the last three are read by contracts/run-revision. */
export type RerunRequest = Omit<z.input<typeof rerunRequest>, "mutations" | "plan" | "graph"> & {
  readonly mutations?: readonly MutationInput[];
  readonly plan?: PlanWire;
  readonly graph?: GraphInput;
};
export type RunSteered = Wire<z.output<typeof runSteered>>;
export type EventTaken = Wire<z.output<typeof eventTaken>>;
export type ReplayReport = Wire<z.output<typeof replayReport>>;
export type RunSnapshot = Wire<z.output<typeof runSnapshot>>;
