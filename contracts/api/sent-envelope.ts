import { z } from "zod";
import { envelopeWire } from "../documents/envelope.ts";
import { executeWire } from "../documents/execute.ts";
import { goalWire } from "../documents/goal.ts";
import { graphWire } from "../documents/graph.ts";
import type { RunOperation } from "../documents/operation.ts";
import type { Wire } from "../json/wire.ts";
import { runSummary } from "./run.ts";

const asking = <Operation extends RunOperation, Payload extends z.ZodType>(operation: Operation, payload: Payload) =>
  envelopeWire.extend({ operation: z.literal(operation), payload });

/** What each operation's envelope is, so that none is left out. */
const BY_OPERATION = {
  "goal.run": asking("goal.run", goalWire.meta({ id: "Goal", title: "Goal" })).meta({
    id: "GoalEnvelope",
    title: "Goal envelope",
    description: "Asks for contract keys.",
    examples: [
      {
        source_node: "readme",
        operation: "goal.run",
        payload: { want: ["metadata.report"], given: { "document.text": "# Hello" } },
      },
    ],
  }),
  "graph.run": asking("graph.run", graphWire.meta({ id: "Graph", title: "Graph" })).meta({
    id: "GraphEnvelope",
    title: "Graph envelope",
    description: "Asks for the steps it names.",
    examples: [{ source_node: "readme", operation: "graph.run", payload: { steps: [{ id: "noop", node: "noop" }] } }],
  }),
  "node.execute": asking("node.execute", executeWire.meta({ id: "NodeExecution", title: "Node execution" })).meta({
    id: "NodeEnvelope",
    title: "Node envelope",
    description: "Asks for one node.",
    examples: [{ source_node: "readme", operation: "node.execute", payload: { node: "noop" } }],
  }),
} as const satisfies Record<RunOperation, z.ZodType>;

/** An envelope to send, with the payload its operation needs. */
export const sentEnvelope = z
  .discriminatedUnion("operation", [BY_OPERATION["goal.run"], BY_OPERATION["graph.run"], BY_OPERATION["node.execute"]])
  .meta({ id: "Envelope", title: "Envelope", description: "What may be asked for, by operation." });

/** The envelope that answers an accepted one, whichever run operation it had: its payload is the run's summary. */
export const answeredEnvelope = envelopeWire.extend({ payload: runSummary }).meta({
  id: "EnvelopeAnswer",
  title: "Envelope answer",
  description: "What became of the run that was asked for; it may still go on.",
});

export type SentEnvelope = z.input<typeof sentEnvelope>;
export type AnsweredEnvelope = Wire<z.output<typeof answeredEnvelope>>;
