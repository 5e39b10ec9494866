import { DEFAULT_LEASES } from "../../src/core/run/model/event.ts";

/**
 * Whether a run has failed because its step lost one lease after another. A node that takes its executor down every time
 * ends so by design, and to the ring a server that is killed in time looks the same; it takes that many kills.
 */
export const isWornOut = (code: string | undefined, kills: number): boolean =>
  code === "LEASE_EXPIRED" && kills >= DEFAULT_LEASES.maxExpiries;
