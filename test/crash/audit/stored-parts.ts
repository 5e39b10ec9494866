import { Slots, type StoredSlot } from "../../../src/infra/durable/slots.ts";
import { objectRows } from "../storage.ts";

/** A part as a ring finds it again when it wakes. */
export interface StoredPart {
  readonly owner: string;
  readonly part: string;
  readonly body: string;
}

/** What the rings of a stopped Worker hold; slots that wait to be written over hold nothing. */
export async function storedParts(persist: string): Promise<readonly StoredPart[]> {
  const rings = await objectRows(
    persist,
    "RunRing",
    "SELECT n, owner, part, born, chars, due_at AS dueAt, body FROM slots",
  );
  return rings.flatMap((rows) => {
    const bodies = new Map(rows.map(({ n, body }) => [Number(n), String(body)]));
    const stored = rows.filter(({ n }) => n !== 0) as unknown as readonly StoredSlot[];
    const slots = new Slots(stored, bodies.get(0) ?? null);
    return slots.owners.flatMap((owner) =>
      slots.of(owner).map(([part, { n }]): StoredPart => ({ owner, part, body: bodies.get(n) ?? "" })),
    );
  });
}
