import { CHAIN_LISTS, MOST_DEPTH, type ChainLink, type ChainList } from "../../../contracts/documents/chain.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { depthOf, isForeign, triggerOf, type ChainOrigin } from "../run/model/origin.ts";
import { TERMINAL_RUN, type RunHeader, type RunState } from "../run/model/state.ts";

/** Which envelope of a run: its list, and its place in it from 0. */
export interface LinkPlace {
  readonly list: ChainList;
  readonly index: number;
}

export interface PlacedLink extends LinkPlace {
  readonly link: ChainLink;
}

/** Whether something is to be done when the run has ended. What was taken in from a file starts nothing. */
export const hasSequel = (header: RunHeader): boolean =>
  !isForeign(header) && (header.chains !== undefined || triggerOf(header) !== null);

/**
 * The envelopes an ended run sends, in order: `on_success` or `on_failure`, then `on_complete`. A cancelled run has
 * neither succeeded nor failed. Empty while the run goes on, and for a foreign one.
 */
export function linksOf({ header }: RunState): readonly PlacedLink[] {
  const { chains, status } = header;
  if (!chains || isForeign(header) || !TERMINAL_RUN.has(status)) return [];
  const applies: Readonly<Record<ChainList, boolean>> = {
    on_success: status === "succeeded",
    on_failure: status === "failed",
    on_complete: true,
  };
  return CHAIN_LISTS.filter((list) => applies[list]).flatMap((list) =>
    (chains[list] ?? []).map((link, index) => ({ list, index, link })),
  );
}

/** Where a run that this one sends for comes from; CHAIN_TOO_DEEP when the lineage is long enough. */
export function originAfter(header: RunHeader): Result<ChainOrigin, Fault> {
  const { id } = header;
  const depth = depthOf(header) + 1;
  if (depth <= MOST_DEPTH) return ok({ kind: "chain", runId: id, depth });
  return err(
    fault("CHAIN_TOO_DEEP", `run '${id}' is the end of a lineage of ${depth - 1} runs, and sends nothing more`, {
      hint: `at most ${MOST_DEPTH} runs follow one another`,
    }),
  );
}

/** The idempotency key of the run a link starts: the same however often it is started, and for no later run of the id. */
export const linkKey = ({ id, createdAt }: Pick<RunHeader, "id" | "createdAt">, { list, index }: LinkPlace): string =>
  JSON.stringify(["chain", id, createdAt, list, index]);

/** The tag by which the runs that followed a run are found. */
export const chainTag = (runId: string): string => `chain:${runId}`;

/** Whether two things are about the same envelope of a run. */
export const samePlace = (
  a: { readonly list: string; readonly index: number },
  b: { readonly list: string; readonly index: number },
): boolean => a.list === b.list && a.index === b.index;
