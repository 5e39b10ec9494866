import type { RunSummary } from "../run/model/summary.ts";
import type { Instant } from "../run/model/state.ts";
import { nameOf, type RunQuery } from "./run-query.ts";

/** What a run can be found by besides time: `node:<name>`, `tag:<tag>`, `operation:<operation>`. */
export type Label = string;

/** Labels are kept by the minute: that some run of this minute has the label, not which. */
export const LABEL_SPAN_MS = 60_000;

/** The beginning of the minute a moment lies in. */
export const minuteOf = (at: Instant): Instant => Math.floor(at / LABEL_SPAN_MS) * LABEL_SPAN_MS;

/** Every label of a run, each once. */
export const labelsOf = ({ nodes, tags, operation }: RunSummary): readonly Label[] => [
  ...new Set([
    ...nodes.map((ref) => `node:${nameOf(ref)}`),
    ...tags.map((tag) => `tag:${tag}`),
    `operation:${operation}`,
  ]),
];

/** The labels every run that a query finds has. Not sufficient: a node's version is not part of its label. */
export const labelsOfQuery = ({ node, tag, operation }: RunQuery): readonly Label[] => [
  ...(tag === null ? [] : [`tag:${tag}`]),
  ...(node === null ? [] : [`node:${node.includes("@") ? nameOf(node) : node}`]),
  ...(operation === null ? [] : [`operation:${operation}`]),
];
