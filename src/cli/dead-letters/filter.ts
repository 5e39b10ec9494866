import { type Command, Option } from "commander";
import type { DeadLetterFilter } from "../../../contracts/api/dead-letters.ts";

/** Every status of a dead letter, as `--status` takes it. */
export const STATUSES = ["open", "redriven", "resolved"] as const satisfies readonly NonNullable<
  DeadLetterFilter["status"]
>[];

/** Every class of dead letters, as `--error-type` takes it. */
export const ERROR_TYPES = [
  "publisher_malformed",
  "no_dispatcher",
  "valid_unrouted",
  "consumer_error",
] as const satisfies readonly NonNullable<DeadLetterFilter["error_type"]>[];

/** Which dead letters a command is about. */
export interface FilterOptions {
  readonly status?: NonNullable<DeadLetterFilter["status"]>;
  readonly queue?: string;
  readonly errorType?: NonNullable<DeadLetterFilter["error_type"]>;
  readonly run?: string;
  readonly correlation?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

/** Gives a command the options that choose among dead letters. */
export const withFilter = (command: Command): Command =>
  command
    .addOption(new Option("--status <status>", "what became of it").choices(STATUSES))
    .option("--queue <queue>", "the queue it died on")
    .addOption(new Option("--error-type <class>", "why it died").choices(ERROR_TYPES))
    .option("--run <id>", "the run it is about")
    .option("--correlation <id>", "the correlation id of its run")
    .option("--from <time>", "died then or later: ISO 8601 with a zone")
    .option("--to <time>", "died before then")
    .option("--text <text>", "a part of the reason or the cause");

/** The conditions that were given. */
export const filterOf = ({
  status,
  queue,
  errorType,
  run,
  correlation,
  from,
  to,
  text,
}: FilterOptions): DeadLetterFilter => ({
  ...(status === undefined ? {} : { status }),
  ...(queue === undefined ? {} : { queue }),
  ...(errorType === undefined ? {} : { error_type: errorType }),
  ...(run === undefined ? {} : { run_id: run }),
  ...(correlation === undefined ? {} : { correlation_id: correlation }),
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
  ...(text === undefined ? {} : { text }),
});
