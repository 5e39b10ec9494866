import { INVARIANTS } from "./audit/findings.ts";
import type { Act } from "./script.ts";
import type { Trace } from "./shrink.ts";

/** The end of a long trace says most; so many of its steps are shown. */
const MOST_LINES = 200;

/** A failing trace for a person: what broke, what was done, what went wrong, and every step of it. */
export function describeTrace({ seed, scenario: { acts }, deviations, outcome, lines }: Trace): string {
  const broken = outcome.findings.map(({ invariant, detail }) => `  ${INVARIANTS[invariant]}: ${detail}`);
  const left = lines.length > MOST_LINES ? [`  … ${lines.length - MOST_LINES} more`] : [];
  return [
    `seed ${seed} breaks`,
    ...new Set(broken),
    `with ${acts.length} acts`,
    ...acts.map((act) => `  ${describeAct(act)}`),
    `and ${deviations.size} deviations`,
    ...[...deviations].map(([label, { fate }]) => `  ${label}: ${fate}`),
    "step by step",
    ...lines.slice(0, MOST_LINES).map((line) => `  ${line}`),
    ...left,
  ].join("\n");
}

function describeAct({ atMs, request, does }: Act): string {
  const { what, ...how } = does;
  const details = Object.entries(how).map(([name, value]) => `${name} ${value}`);
  return [`${(atMs / 1_000).toFixed(3)} s`, what, `request ${request}`, ...details].join(", ");
}
