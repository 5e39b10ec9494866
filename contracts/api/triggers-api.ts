import { z } from "zod";
import type { Wire } from "../json/wire.ts";
import { uuid } from "../json/json.ts";
import { runStatus } from "./status.ts";
import { triggerResult } from "../messages/trigger-result.ts";

const failure = z.object({ code: z.string(), message: z.string() });
const ID = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";

/** `POST /v1/triggers`: the message is on the queue. */
export const triggerSent = z
  .object({
    trigger_id: uuid,
    group: z.string(),
    correlation_id: uuid,
  })
  .meta({
    id: "TriggerSent",
    title: "Trigger sent",
    description: "The message is on the queue; its page shows who takes it.",
    examples: [{ trigger_id: ID, group: "reports", correlation_id: "7a1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b" }],
  });

/** `GET /v1/triggers/:id`. */
export const triggerPage = z
  .object({
    trigger_id: z.string(),
    topic: z.string(),
    group: z.string(),
    idempotent_key: z.string(),
    correlation_id: z.string(),
    source: z.string(),
    received_at: z.string(),
    status: z.enum(["accepted", "refused", "duplicate"]).meta({
      description: "`duplicate`: an earlier message has the same key, and its runs are shown.",
    }),
    duplicate_of: z.string().nullable(),
    left_out: z.int().meta({ description: "Nodes that would have taken it too, beyond the most that may." }),
    error: failure.nullable().meta({ description: "Why nothing was started." }),
    runs: z.array(
      z.object({
        node: z.string().nullable().meta({ description: "The node that took it; null for a goal." }),
        run_id: z.string().nullable(),
        status: runStatus.nullable().meta({ description: "How the run stands; null when there is none." }),
        result: triggerResult.nullable().meta({ description: "The answer; null until the run has ended." }),
        error: failure.nullable(),
      }),
    ),
  })
  .meta({
    id: "TriggerPage",
    title: "Trigger page",
    description: "A bus message with its runs and their results.",
    examples: [
      {
        trigger_id: ID,
        topic: "node.exec.request.reports",
        group: "reports",
        idempotent_key: "readme-1",
        correlation_id: "7a1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
        source: "an-agent",
        received_at: "2026-01-01T00:00:00.000Z",
        status: "accepted",
        duplicate_of: null,
        left_out: 0,
        error: null,
        runs: [
          {
            node: "summarize@1.0.0",
            run_id: "r00_01J00000000000000000000000",
            status: "running",
            result: null,
            error: null,
          },
        ],
      },
    ],
  });

/** `GET /v1/triggers`. */
export const triggerGroupList = z
  .object({
    groups: z.array(
      z.object({
        group: z.string(),
        topic: z.string().meta({ description: "Where its messages arrive." }),
        triggerable: z
          .array(
            z.object({
              node: z.string().meta({ description: "`name@version`." }),
              lifecycle: z.string(),
              kind: z.enum(["node", "trigger"]).meta({ description: "`trigger`: it starts something else." }),
              tags: z.array(z.string()),
              requires: z.array(z.string()).meta({ description: "Inputs a message must bring." }),
              trust: z.number(),
            }),
          )
          .meta({ description: "Registered in the group, and not archived." }),
        active: z.array(z.string()).meta({ description: "Those of them the default policy lets run." }),
      }),
    ),
  })
  .meta({
    id: "TriggerGroupList",
    title: "Trigger group list",
    description: "Every group, with the nodes a message could and would reach.",
    examples: [
      {
        groups: [
          {
            group: "reports",
            topic: "node.exec.request.reports",
            triggerable: [
              {
                node: "summarize@1.0.0",
                lifecycle: "active",
                kind: "node",
                tags: ["text"],
                requires: ["document.text"],
                trust: 0.5,
              },
            ],
            active: ["summarize@1.0.0"],
          },
        ],
      },
    ],
  });

export type TriggerSent = Wire<z.output<typeof triggerSent>>;
export type TriggerPage = Wire<z.output<typeof triggerPage>>;
export type TriggerGroupList = Wire<z.output<typeof triggerGroupList>>;
