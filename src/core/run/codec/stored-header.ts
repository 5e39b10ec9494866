import { isObject } from "../../../../contracts/json/narrow.ts";
import { askerIn, carried, type Carried } from "../../call/asker.ts";
import { CLIENT, type RunOrigin } from "../model/origin.ts";
import type { RunHeader } from "../model/state.ts";

/** A run's header as it is stored: what most runs have in common is left out. */
export type StoredHeader = Omit<RunHeader, "principal" | "trace" | "origin"> &
  Carried & {
    /** Left out when a client asked. */
    readonly origin?: RunOrigin;
  };

export function storeHeader({ principal, trace, origin, ...header }: RunHeader): StoredHeader {
  return { ...header, ...carried({ principal, trace }), ...(origin.kind === "client" ? {} : { origin }) };
}

export function restoreHeader({ principal, trace, origin = CLIENT, ...header }: StoredHeader): RunHeader {
  const carrying = { ...(principal === undefined ? {} : { principal }), ...(trace === undefined ? {} : { trace }) };
  return { ...header, ...askerIn(carrying), origin };
}

/** The origin that the three optional members of version 1 mean; undefined when they are absent. Throws on two origins. */
export function originOf1(members: {
  readonly lineage?: unknown;
  readonly trigger?: unknown;
  readonly foreign?: unknown;
}): unknown {
  const { lineage, trigger, foreign } = members;
  if (lineage !== undefined && trigger !== undefined) throw new TypeError("a run has one origin");
  const own = lineage === undefined ? triggered(trigger) : succeeding(lineage);
  if (foreign === undefined) return own;
  return foreign === true ? { kind: "import", of: own ?? CLIENT } : { kind: "import", of: own ?? CLIENT, foreign };
}

const triggered = (trigger: unknown): unknown =>
  isObject(trigger)
    ? { ...trigger, kind: "trigger" }
    : trigger === undefined
      ? undefined
      : { kind: "trigger", trigger };

/** A chain's never said from which step. */
function succeeding(lineage: unknown): unknown {
  if (!isObject(lineage)) return { kind: "rerun", lineage };
  const { from, ...rest } = lineage;
  return rest["kind"] === "chain" && from === null ? rest : lineage;
}

/** Version 1 had an origin in three optional members, and named nobody who asked. */
function upgradeHeader1(header: unknown): unknown {
  if (!isObject(header)) return header;
  const { lineage, trigger, foreign, ...rest } = header;
  const origin = originOf1({ lineage, trigger, foreign });
  return origin === undefined ? rest : { ...rest, origin };
}

/** A run, and a change of one, of version 1. */
export function upgradeRun1(stored: Readonly<Record<string, unknown>>): unknown {
  return stored["header"] === undefined
    ? { ...stored, v: 2 }
    : { ...stored, v: 2, header: upgradeHeader1(stored["header"]) };
}
