import { isObject, keysOf } from "../../../../contracts/json/narrow.ts";
import type { StepId } from "../../plan/model/plan.ts";

/**
 * Why a run exists. One more reason is one more member: what shows, stores and follows runs does not compile until it
 * knows it.
 */
export type RunOrigin = OwnOrigin | ImportOrigin;

/** The origin of a run that began here. */
export type OwnOrigin = ClientOrigin | RerunOrigin | ChainOrigin | TriggerOrigin;

/** A client sent an envelope. */
export interface ClientOrigin {
  readonly kind: "client";
}

/** It repeats an ended run. */
export interface RerunOrigin {
  readonly kind: "rerun";
  /** A run id. */
  readonly runId: string;
  /** Steps executed anew; null for all. */
  readonly from: StepId | null;
  /** How many runs led here, 1 for the first successor. */
  readonly depth: number;
}

/** A run sent for it at its end. */
export interface ChainOrigin {
  readonly kind: "chain";
  /** A run id. */
  readonly runId: string;
  /** How many runs led here, 1 for the first successor. */
  readonly depth: number;
}

/** A bus message asked for it. */
export interface TriggerOrigin {
  readonly kind: "trigger";
  readonly id: string;
  readonly group: string;
  readonly idempotentKey: string;
  /** The node that took it, a trigger node included; null when the message states a goal. */
  readonly node: string | null;
  /** Which of the message's runs this is, from 0. */
  readonly part: number;
}

/** It was taken in from a file: what it says of nodes counts nowhere, and it starts nothing. */
export interface ImportOrigin {
  readonly kind: "import";
  /** Why it existed where it ran. */
  readonly of: OwnOrigin;
}

/** What has an origin: a run's header. */
interface Originated {
  readonly origin: RunOrigin;
}

export const CLIENT: ClientOrigin = { kind: "client" };

/** Whether a run was taken in from a file. */
export const isForeign = ({ origin }: Originated): boolean => origin.kind === "import";

/** Why a run existed where it ran. */
export const ownOrigin = ({ origin }: Originated): OwnOrigin => (origin.kind === "import" ? origin.of : origin);

/** How many runs led to a run; 0 for one that no other led to. */
export function depthOf(header: Originated): number {
  const origin = ownOrigin(header);
  return origin.kind === "rerun" || origin.kind === "chain" ? origin.depth : 0;
}

/** Whether a run repeats another. */
export const isRerun = (header: Originated): boolean => ownOrigin(header).kind === "rerun";

/** The bus message a run answers; null for none. */
export function triggerOf(header: Originated): TriggerOrigin | null {
  const origin = ownOrigin(header);
  return origin.kind === "trigger" ? origin : null;
}

type Members<O extends OwnOrigin> = Readonly<Record<Exclude<keyof O, "kind">, (value: unknown) => boolean>>;

const isText = (value: unknown): boolean => typeof value === "string";
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isWhole = (value: unknown): boolean => Number.isInteger(value);

/** What each origin consists of. */
const MEMBERS: { readonly [K in OwnOrigin["kind"]]: Members<Extract<OwnOrigin, { kind: K }>> } = {
  client: {},
  rerun: { runId: isText, from: isTextOrNull, depth: isWhole },
  chain: { runId: isText, depth: isWhole },
  trigger: { id: isText, group: isText, idempotentKey: isText, node: isTextOrNull, part: isWhole },
};

/** Whether a value that was stored somewhere is an origin. */
export const isOrigin = (value: unknown): value is RunOrigin =>
  isObject(value) && (value["kind"] === "import" ? isOwnOrigin(value["of"]) : isOwnOrigin(value));

function isOwnOrigin(value: unknown): value is OwnOrigin {
  if (!isObject(value)) return false;
  const kind = keysOf(MEMBERS).find((known) => known === value["kind"]);
  if (kind === undefined) return false;
  const members = MEMBERS[kind];
  return Object.entries(members).every(([name, fits]) => fits(value[name]));
}
