import { z } from "zod";
import type { Wire } from "../json/wire.ts";

/** `GET /health`: 200 when healthy, 503 when not, the same shape both times. */
export const health = z
  .object({
    healthy: z.boolean(),
    version: z.string(),
    environment: z.string(),
    checks: z
      .record(z.string(), z.object({ healthy: z.boolean(), detail: z.string() }))
      .meta({ description: "One entry a thing that was checked." }),
  })
  .meta({
    id: "Health",
    title: "Health",
    description: "Whether the system can do its work.",
    examples: [
      {
        healthy: true,
        version: "0.1.0",
        environment: "production",
        checks: { registry: { healthy: true, detail: "7 nodes" } },
      },
    ],
  });

export type Health = Wire<z.output<typeof health>>;
