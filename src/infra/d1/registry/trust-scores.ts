import { sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { ScoredNode } from "../../../core/trust/history.ts";
import { perStatement } from "../bound-parameters.ts";
import { answered } from "../edge.ts";
import { bumpCounter, counted } from "./registry-version.ts";
import { trustScores } from "./tables.ts";

/** Where the planner finds the scores: a copy of what the trust memories know, written by them. */
export interface TrustScores {
  /** Replaces the scores of these nodes and bumps the trust half of the registry version, atomically. */
  put(tenant: string, scores: readonly ScoredNode[]): Promise<void>;
}

/** Bound ones: the stamp names its tenant. */
const COLUMNS = 7;

export function d1TrustScores(db: DrizzleD1Database): TrustScores {
  return {
    put: (tenant, scores) =>
      answered("store the trust scores", async () => {
        if (scores.length === 0) return;
        const rows = scores.map(({ node, score, at }) => ({
          tenant,
          node,
          ...score,
          updatedAt: at,
          changedAt: counted(tenant, "trustVersion"),
        }));
        const upserts = perStatement(rows, COLUMNS).map((group) =>
          db
            .insert(trustScores)
            .values(group)
            .onConflictDoUpdate({
              target: [trustScores.tenant, trustScores.node],
              set: {
                score: sql`excluded.score`,
                confidence: sql`excluded.confidence`,
                samples: sql`excluded.samples`,
                updatedAt: sql`excluded.updated_at`,
                changedAt: sql`excluded.changed_at`,
              },
            }),
        );
        await db.batch([bumpCounter(db, tenant, "trustVersion"), ...upserts]);
      }),
  };
}
