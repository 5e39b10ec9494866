import { z } from "zod";
import { anyJson, anyObject } from "../json/any-json.ts";
import { envelopeWire } from "../documents/envelope.ts";
import type { Wire } from "../json/wire.ts";
import { plainText } from "../json/json.ts";
import { planStepWire, planWire } from "../documents/plan.ts";

const { operation: _operation, target_node: _target, payload: _payload, ...others } = envelopeWire.shape;

/** `POST /v1/plans`: what an envelope would say, without sending one. Its other members may be there too, and none beside. */
export const planRequest = z
  .strictObject(
    {
      ...z.object(others).partial().shape,
      operation: plainText
        .min(1)
        .max(256)
        .default("goal.run")
        .meta({ description: "`goal.run`, `graph.run` or `node.execute`." }),
      target_node: plainText
        .max(200)
        .nullable()
        .default(null)
        .meta({ description: "For `node.execute`: the node, when the payload names none." }),
      payload: anyObject("The payload of that operation."),
    },
    { error: ({ code }) => (code === "invalid_type" ? "a JSON object {operation?, payload} is required" : undefined) },
  )
  .meta({
    id: "PlanRequest",
    title: "Plan request",
    description: "A goal or a graph to plan, not to run.",
    examples: [
      { operation: "goal.run", payload: { want: ["metadata.report"], given: { "document.text": "# Hello" } } },
    ],
  });

/** The answer: a plan, each condition described as the JSON it is. */
export const planView = planWire
  .extend({
    steps: z.array(planStepWire.extend({ when: anyJson("The condition under which the step runs.").optional() })),
  })
  .meta({ id: "Plan", title: "Plan", description: "Steps, segments and why each node was chosen or not." });

export type PlanRequest = z.input<typeof planRequest>;
export type PlanView = Wire<z.output<typeof planView>>;
