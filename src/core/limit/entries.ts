import type { Slot, Waiter } from "./book.ts";

/** Whether a stored entry is a turn. */
export const isSlot = ({ holder, token, until }: Slot): boolean =>
  isHolder(holder) && typeof token === "string" && Number.isFinite(until);

/** Whether a stored entry is a place in the line. */
export const isWaiter = ({ holder, allows, priority, since, until, called }: Waiter): boolean =>
  isHolder(holder) &&
  Number.isFinite(allows.max) &&
  (allows.kind === "slots" || Number.isFinite(allows.perMs)) &&
  [priority, since, until].every(Number.isFinite) &&
  typeof called === "boolean";

const isHolder = ({ runId, segment }: Slot["holder"]): boolean =>
  typeof runId === "string" && typeof segment === "string";
