/** How many runs are archived: those with rows of their own, and those of archive objects. */
export const ARCHIVED_RUNS =
  "SELECT (SELECT count(*) FROM runs WHERE archive_key IS NOT NULL) + " +
  "(SELECT coalesce(sum(runs), 0) FROM run_parts) AS runs";
