import { z } from "zod";
import { envelopeWire } from "../documents/envelope.ts";
import { executeWire } from "../documents/execute.ts";
import { goalWire } from "../documents/goal.ts";
import { graphWire } from "../documents/graph.ts";
import {
  dbPayload,
  httpGetPayload,
  httpPayload,
  localErrorPayload,
  localPayload,
  type HandlerOperation,
} from "../documents/handler-operation.ts";
import type { RunOperation } from "../documents/operation.ts";
import type { Wire } from "../json/wire.ts";
import { runSummary } from "./run.ts";

const asking = <Operation extends RunOperation | HandlerOperation, Payload extends z.ZodType>(
  operation: Operation,
  payload: Payload,
) => envelopeWire.extend({ operation: z.literal(operation), payload });

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

const HTTP_PAYLOAD = httpPayload.meta({ id: "HttpRequest", title: "HTTP request" });
const DB_PAYLOAD = dbPayload.meta({ id: "SqlStatement", title: "SQL statement" });
const URL_EXAMPLE = { url: "https://api.example.com/items" };

const http = (operation: "http.post" | "http.put" | "http.patch" | "http.delete", name: string) =>
  asking(operation, HTTP_PAYLOAD).meta({
    id: `Http${name}Envelope`,
    title: `${operation} envelope`,
    description: "Asks another server, with a body if need be.",
    examples: [{ source_node: "readme", operation, payload: { ...URL_EXAMPLE, body: { name: "a" } } }],
  });
const db = (operation: "db.query" | "db.execute", name: string, sql: string) =>
  asking(operation, DB_PAYLOAD).meta({
    id: `Db${name}Envelope`,
    title: `${operation} envelope`,
    description: "Asks a database that the deployment binds.",
    examples: [{ source_node: "readme", operation, payload: { sql, parameters: [1] } }],
  });
const local = <Payload extends z.ZodType>(
  operation: "local.echo" | "local.transform" | "local.error",
  name: string,
  payload: Payload,
) =>
  asking(operation, payload).meta({
    id: `Local${name}Envelope`,
    title: `${operation} envelope`,
    description: "For development alone.",
    examples: [{ source_node: "readme", operation, payload: {} }],
  });

/** What is asked of handlers: those that the deployment binds. */
const BY_HANDLER = {
  "http.get": asking("http.get", httpGetPayload.meta({ id: "HttpGetRequest", title: "HTTP GET request" })).meta({
    id: "HttpGetEnvelope",
    title: "http.get envelope",
    description: "Asks another server.",
    examples: [{ source_node: "readme", operation: "http.get", payload: URL_EXAMPLE }],
  }),
  "http.post": http("http.post", "Post"),
  "http.put": http("http.put", "Put"),
  "http.patch": http("http.patch", "Patch"),
  "http.delete": http("http.delete", "Delete"),
  "db.query": db("db.query", "Query", "select * from items where id = ?"),
  "db.execute": db("db.execute", "Execute", "delete from items where id = ?"),
  "local.echo": local("local.echo", "Echo", localPayload),
  "local.transform": local("local.transform", "Transform", localPayload),
  "local.error": local("local.error", "Error", localErrorPayload),
} as const satisfies Record<HandlerOperation, z.ZodType>;

/** An envelope to send, with the payload its operation needs. */
export const sentEnvelope = z
  .discriminatedUnion("operation", [
    BY_OPERATION["goal.run"],
    BY_OPERATION["graph.run"],
    BY_OPERATION["node.execute"],
    BY_HANDLER["http.get"],
    BY_HANDLER["http.post"],
    BY_HANDLER["http.put"],
    BY_HANDLER["http.patch"],
    BY_HANDLER["http.delete"],
    BY_HANDLER["db.query"],
    BY_HANDLER["db.execute"],
    BY_HANDLER["local.echo"],
    BY_HANDLER["local.transform"],
    BY_HANDLER["local.error"],
  ])
  .meta({ id: "Envelope", title: "Envelope", description: "What may be asked for, by operation." });

/** The envelope that answers an accepted one, whichever run operation it had: its payload is the run's summary. */
export const answeredEnvelope = envelopeWire.extend({ payload: runSummary }).meta({
  id: "EnvelopeAnswer",
  title: "Envelope answer",
  description: "What became of the run that was asked for; it may still go on.",
});

export type SentEnvelope = z.input<typeof sentEnvelope>;
export type AnsweredEnvelope = Wire<z.output<typeof answeredEnvelope>>;
