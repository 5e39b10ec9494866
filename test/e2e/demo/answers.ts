import { z } from "zod";

/** Why the demo ends without having shown what it must: the message says it to a human. */
export class DemoFailure extends Error {}

/** What the scaffold node says about the node it built. */
export const registration = z.object({
  name: z.string(),
  version: z.string(),
  lifecycle: z.string(),
  hash: z.string(),
  hash_verified: z.boolean(),
  registry_version: z.string(),
  artifacts: z.array(z.string()),
  examples: z.array(z.object({ name: z.string(), passed: z.boolean(), problem: z.string().optional() })),
  problems: z.array(z.string()),
});
export type Registration = z.infer<typeof registration>;

/** The outputs of a document's goal. */
export const documentOutputs = z.object({
  "metadata.report": z.object({ dialect: z.string(), hash: z.string(), valid: z.boolean() }),
  "document.stats": z.object({ words: z.int(), sentences: z.int(), headings: z.int(), longest_line: z.int() }),
});
export type DocumentOutputs = z.infer<typeof documentOutputs>;

/** The figures of a run beside its status. */
export const runFigures = z.object({ duration_ms: z.number(), queued_steps: z.int(), steps: z.array(z.unknown()) });

/** A node's page: its newest version first. */
export const nodePage = z.object({
  versions: z.array(z.object({ version: z.string(), trust: z.object({ score: z.number(), samples: z.int() }) })).min(1),
});
