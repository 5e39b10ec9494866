import { z } from "zod";
import { anyObject } from "./any-json.ts";

/** `POST /v1/plans`: what an envelope would say, without sending one. Other members of an envelope may be there too. */
export const planRequest = z
  .object(
    {
      operation: z
        .string()
        .min(1)
        .max(256)
        .default("goal.run")
        .meta({ description: "`goal.run` or `graph.run`." }),
      payload: anyObject("The payload of that operation."),
    },
    { error: "a JSON object {operation?, payload} is required" },
  )
  .meta({
    id: "PlanRequest",
    title: "Plan request",
    description: "A goal or a graph to plan, not to run.",
    examples: [{ operation: "goal.run", payload: { want: ["metadata.report"], given: { "document.text": "# Hello" } } }],
  });

/** The plan of a goal or graph as JSON. Open: contracts/plan.ts names every field. */
export const planView = z
  .looseObject({})
  .meta({ id: "Plan", title: "Plan", description: "Steps, segments and why each node was chosen or not.", examples: [{ steps: [] }] });

export type PlanRequest = z.input<typeof planRequest>;
export type PlanView = z.output<typeof planView>;
