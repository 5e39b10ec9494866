/**
 * Whether every value a producer may give is a value its consumer accepts. `no` names the place in the value where the
 * two schemas part, as `$.items[].price`; `unknown` means the value has to be checked when it is there.
 */
export type Fit =
  | { readonly fit: "yes" }
  | { readonly fit: "no"; readonly place: string; readonly reason: string }
  | { readonly fit: "unknown"; readonly reason: string };

/** A fit while it is being worked out. `disjoint`: not a single value of the one is a value of the other. */
export type Verdict =
  | { readonly fit: "yes" }
  | { readonly fit: "no"; readonly place: string; readonly reason: string; readonly disjoint: boolean }
  | { readonly fit: "unknown"; readonly reason: string };

export const YES: Verdict = { fit: "yes" };
export const no = (place: string, reason: string, disjoint = false): Verdict => ({
  fit: "no",
  place,
  reason,
  disjoint,
});
export const unknown = (reason: string): Verdict => ({ fit: "unknown", reason });

/** All must hold: the first certain refusal, else the first doubt, else yes. */
export function every(verdicts: Iterable<Verdict>): Verdict {
  let doubt: Verdict | null = null;
  for (const verdict of verdicts) {
    if (verdict.fit === "no") return verdict;
    if (verdict.fit === "unknown") doubt ??= verdict;
  }
  return doubt ?? YES;
}

/** A refusal whose counter-example might not exist after all is only a doubt. */
export const soften = (verdict: Verdict): Verdict =>
  verdict.fit === "no" && !verdict.disjoint ? unknown(`${verdict.place}: ${verdict.reason}`) : verdict;
