import { z } from "zod";
import type { Wire } from "../json/wire.ts";

const count = z.int().min(0);
const tally = (description: string) => z.record(z.string(), count).meta({ description });
const trust = z.object({ node: z.string(), score: z.number(), confidence: z.number(), samples: z.number() });

/** `GET /v1/metrics`. */
export const metrics = z
  .object({
    at: z
      .string()
      .meta({ description: "When these figures were gathered; an isolate answers with them for ten seconds." }),
    failing: z.array(z.string()).default([]).meta({
      description: "Figures that could not be had, such as `cache`: what stands in their place says nothing.",
    }),
    runs: z.object({
      unfinished: tally("Runs that have not ended, by status."),
      recent: z
        .object({
          window_s: count,
          created: count,
          failed: count,
          cancelled: count,
          steps: count.meta({ description: "Steps of their plans." }),
          cached_steps: count.meta({ description: "Those of them that were answered from the cache." }),
        })
        .meta({ description: "Runs created within the last `window_s` seconds." }),
      complete: z.boolean().meta({ description: "False when there are more than were looked at: 10,000 of each." }),
      quarantined: tally("Runs that were set aside, by the reason; they are in no other figure of unfinished runs."),
    }),
    cache: z.object({
      entries: count,
      bytes: count,
      hits: count.meta({ description: "Results that were used, ever; counted when a run is archived." }),
      stored: count.meta({ description: "Results that were stored, ever." }),
      complete: z.boolean().meta({ description: "False when there are more entries than were counted: 10,000." }),
    }),
    breakers: z.object({ open: tally("Targets that are left alone because they failed again and again, by handler.") }),
    dead_letters: z.object({ open: tally("Dead letters nobody has dealt with, by class.") }),
    nodes: z.object({
      by_lifecycle: tally("Node versions by lifecycle."),
      unreadable: count
        .default(0)
        .meta({ description: "Node versions a later release registered: nobody here plans with them." }),
    }),
    trust: z
      .object({ lowest: z.array(trust), highest: z.array(trust) })
      .meta({ description: "Active node versions something is known of: the five least and the five most trusted." }),
  })
  .meta({
    id: "Metrics",
    title: "Metrics",
    description: "The system in numbers, as far as they can be had without a scan.",
    examples: [
      {
        at: "2026-01-01T00:00:00.000Z",
        failing: [],
        runs: {
          unfinished: { running: 1 },
          recent: { window_s: 3600, created: 40, failed: 1, cancelled: 0, steps: 160, cached_steps: 36 },
          complete: true,
          quarantined: { RECORD_NEWER: 1 },
        },
        cache: { entries: 2, bytes: 130, hits: 36, stored: 2, complete: true },
        breakers: { open: { http: 1 } },
        dead_letters: { open: { consumer_error: 1 } },
        nodes: { by_lifecycle: { active: 7 }, unreadable: 0 },
        trust: {
          lowest: [{ node: "shout@1.0.0", score: 0.41, confidence: 0.8, samples: 20 }],
          highest: [{ node: "metadata_report@1.0.0", score: 0.97, confidence: 0.9, samples: 40 }],
        },
      },
    ],
  });

export type Metrics = Wire<z.output<typeof metrics>>;
