import { and, eq } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { fault, RuntimeHostError, type Fault } from "../../../core/errors.ts";
import type { LifecycleReasons } from "../../../core/metadata/lifecycle.ts";
import { nodeRef, type Lifecycle } from "../../../core/registry/node.ts";
import { judgeMove, notRegistered } from "../../../core/registry/refusals.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Registration } from "../../../spi/node-registry.ts";
import { findNode } from "./node-rows.ts";
import { bumpCounter, counted, currentVersion, versionText } from "./registry-version.ts";
import { nodes } from "./tables.ts";

export interface LifecycleMove {
  readonly tenant: string;
  readonly name: string;
  readonly version: string;
  readonly to: Lifecycle;
  readonly reasons: LifecycleReasons;
}

/** How often a move is judged again because another move came first. */
const MAX_ATTEMPTS = 5;

/** Moves a node version's lifecycle where the rules allow it; where it already is, nothing happens. */
export async function moveLifecycle(db: DrizzleD1Database, move: LifecycleMove): Promise<Result<Registration, Fault>> {
  const { tenant, name, version, to, reasons } = move;
  const place = nodeRef(move);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const row = await findNode(db, tenant, name, version);
    if (!row) return err(notRegistered(place));
    const from = row.lifecycle;
    if (from === to) return ok({ created: false, registryVersion: await currentVersion(db, tenant) });
    const allowed = judgeMove(place, from, to, reasons);
    if (!allowed.ok) return allowed;
    // Only from the lifecycle that was judged: a move that came in between is seen and judged anew.
    const [counters, moved] = await db.batch([
      bumpCounter(db, tenant, "nodesVersion"),
      db
        .update(nodes)
        .set({
          lifecycle: to,
          deprecatedBy: reasons.deprecatedBy,
          archivedReason: reasons.archivedReason,
          changedAt: counted(tenant, "nodesVersion"),
        })
        .where(
          and(eq(nodes.tenant, tenant), eq(nodes.name, name), eq(nodes.version, version), eq(nodes.lifecycle, from)),
        )
        .returning({ name: nodes.name }),
    ]);
    if (moved.length > 0) return ok({ created: false, registryVersion: versionText(counters[0]) });
  }
  throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", `the lifecycle of ${place} keeps changing`));
}
