import type { Findings } from "../findings.ts";
import { objectRows, type Row } from "../storage.ts";

/** Rings at rest hold their trust books, the number of their last batch, and which keys were used. */
export async function auditRings(persist: string, findings: Findings): Promise<void> {
  for (const rows of await objectRows(persist, "RunRing", "SELECT owner, part FROM parts"))
    for (const row of rows.filter((one) => !isLasting(one)))
      findings.add("rings", `a ring still holds part ${row["part"]} of ${row["owner"]}`);
}

const isLasting = ({ owner, part }: Row): boolean =>
  owner === "~trust" || (owner === "~outbox" && part === "last") || part === "t";
