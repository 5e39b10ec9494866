import type { Findings } from "../findings.ts";
import { storedParts, type StoredPart } from "./stored-parts.ts";

/** Rings at rest hold their books, and which keys were used. */
export async function auditRings(persist: string, findings: Findings): Promise<void> {
  for (const stored of await storedParts(persist))
    if (!isLasting(stored)) findings.add("rings", `a ring still holds part ${stored.part} of ${stored.owner}`);
}

const isLasting = ({ owner }: StoredPart): boolean => owner === "~trust" || owner === "~keys";
