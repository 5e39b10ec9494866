import type { RunSummary } from "../run/model/summary.ts";
import type { RunQuery } from "../search/run-query.ts";
import { isToldByCorrelation, isToldById } from "../search/told-time.ts";

/**
 * Whether an archived run needs no index row of its own: it ended well, holds no large value, and both of its ids tell when
 * it was created, so that the index of its archive object is enough to find it by. All others keep their rows.
 */
export const isPacked = (run: RunSummary): boolean =>
  run.archive !== null &&
  run.status === "succeeded" &&
  run.finishedAt !== null &&
  run.faultCode === null &&
  run.values.length === 0 &&
  isToldById(run) &&
  isToldByCorrelation(run);

/** Whether a query may find a run that has no row of its own. */
export const mayBePacked = ({ status, text }: RunQuery): boolean =>
  (status === null || status === "succeeded") && text === null;
