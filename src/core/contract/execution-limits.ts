import type { LimitWire } from "../../../contracts/documents/limit.ts";
import { limitFromWire, type NodeLimit } from "../limit/limit.ts";
import type { ContractProblem } from "./contract-problem.ts";
import { contractProblem } from "./contract-problem.ts";

/** What limits are judged against: the contract they stand in. */
export interface LimitedContract {
  readonly inputs: ReadonlySet<string>;
  /** Whether the node is a composite, which has no attempts of its own. */
  readonly composite: boolean;
}

/** The limits of a contract, or undefined when it declares none. */
export const limitsOf = (limits: readonly LimitWire[] | undefined): readonly NodeLimit[] | undefined =>
  limits === undefined || limits.length === 0 ? undefined : limits.map(limitFromWire);

/** What is wrong with limits beyond their shape: a key that is no input, a limit that stands there twice, a composite's. */
export function limitProblems(
  limits: readonly LimitWire[] | undefined = [],
  { inputs, composite }: LimitedContract,
): readonly ContractProblem[] {
  const found: ContractProblem[] = [];
  const refuse = (at: number, field: string | null, message: string, hint: string): void => {
    const place = ["execution", "limits", at, ...(field === null ? [] : [field])];
    found.push(contractProblem("ST001", place, message, hint));
  };
  if (composite && limits.length > 0)
    refuse(0, null, "a composite has no attempts that could be limited", "declare the limits of its parts");
  const seen = new Set<string>();
  limits.forEach((limit, at) => {
    if (limit.key !== undefined && !inputs.has(limit.key))
      refuse(at, "key", `${limit.key} is no input of the node`, `name one of ${[...inputs].sort().join(", ")}`);
    const same = `${limit.group ?? ""} ${limit.key ?? ""} ${limit.max_concurrent === undefined ? "rate" : "slots"}`;
    if (seen.has(same)) refuse(at, null, "the same limit stands there twice", "keep the tighter one");
    seen.add(same);
  });
  return found;
}
