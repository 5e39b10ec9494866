import type { WorkItemWire } from "../../../contracts/api/pools.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { isObject } from "../../../contracts/json/narrow.ts";
import type { Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { HOSTS_SUFFIX, judgeProcessSecret, NODES_SUFFIX, secretBinding } from "../../core/secret/bound-secret.ts";
import { redacted, redactedText, type UsedSecrets } from "../../core/secret/redact.ts";
import type { Executed, Execution, Executor } from "./executor.ts";
import { secretFile } from "./machine-files.ts";
import { failed, type Outcome } from "./outcome.ts";

/** The secrets of a runner: of its environment, and of the files in a folder, which are looked at first. */
export class RunnerSecrets {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #folder: string | null;

  constructor(env: Readonly<Record<string, string | undefined>>, folder: string | null) {
    this.#env = env;
    this.#folder = folder;
  }

  /** The secrets that an item's contract names, read anew each time; or why one of them is not to be had. */
  of(item: WorkItemWire): Result<UsedSecrets, Fault> {
    const found = new Map<string, string>();
    for (const name of namesIn(item)) {
      const [secret, hosts, nodes] = ["", HOSTS_SUFFIX, NODES_SUFFIX].map((suffix) => this.#read(name + suffix));
      const judged = judgeProcessSecret(name, { secret, hosts, nodes }, item.node);
      if (!judged.ok) return err(judged.error);
      found.set(name, judged.value);
    }
    return ok(found);
  }

  #read(name: string): string | undefined {
    const inFile = this.#folder === null ? undefined : secretFile(this.#folder, name);
    return inFile ?? this.#env[secretBinding(name)];
  }
}

/** Executes with the secrets that the item names, and takes them out of all that comes back: log, progress and outcome. */
export function withSecrets(
  execute: Executor,
  secrets: RunnerSecrets,
): (execution: Omit<Execution, "secrets">) => Promise<Executed> {
  return async (execution) => {
    const used = secrets.of(execution.item);
    if (!used.ok) {
      const { message, hint } = used.error;
      const more = { retryable: false, ...(hint === undefined ? {} : { hint }) };
      return { outcome: failed("SECRET_RESOLUTION_ERROR", message, more), durationMs: 0 };
    }
    execution.log.hide(used.value);
    const { outcome, durationMs } = await execute({ ...execution, secrets: used.value });
    return { outcome: withoutSecrets(outcome, used.value), durationMs };
  };
}

const asObject = (value: JsonValue): JsonObject => (isObject(value) ? value : {});

function namesIn({ cli, python }: WorkItemWire): ReadonlySet<string> {
  const parts = [...Object.values(cli?.env ?? {}), ...Object.values(python?.env ?? {})];
  return new Set(parts.flatMap((part) => (typeof part === "object" && "secret_ref" in part ? [part.secret_ref] : [])));
}

function withoutSecrets(outcome: Outcome, used: UsedSecrets): Outcome {
  if (used.size === 0) return outcome;
  if (outcome.ok) {
    const object = (value: JsonObject): JsonObject => asObject(redacted(value, used));
    const output = object(outcome.output);
    const { events } = outcome;
    const told = events === undefined ? {} : { events: events.map(object) };
    return { ...outcome, output, ...told };
  }
  const { message, hint } = outcome.error;
  const plain = hint === undefined ? {} : { hint: redactedText(hint, used) };
  return { ok: false, error: { ...outcome.error, message: redactedText(message, used), ...plain } };
}
