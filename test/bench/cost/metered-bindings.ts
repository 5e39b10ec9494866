import { count, queueOperations } from "./meter.ts";

type Method = (...args: unknown[]) => unknown;
type Binding = Readonly<Record<string, Method>>;

/** The Worker's bindings, each counting what it is asked for. */
export function meteredEnv<Env extends object>(env: Env): Env {
  const bindings = env as Record<string, unknown>;
  return {
    ...env,
    DB: meteredDatabase(bindings["DB"] as Database),
    BLOBS: meteredBucket(bindings["BLOBS"] as Binding),
    EXECUTE: meteredQueue(bindings["EXECUTE"] as Queue),
    EVENTS: meteredQueue(bindings["EVENTS"] as Queue),
    RINGS_NS: meteredNamespace(bindings["RINGS_NS"] as Namespace),
    TRUST_NS: meteredNamespace(bindings["TRUST_NS"] as Namespace),
  };
}

interface Answer {
  readonly results: readonly Record<string, unknown>[];
  readonly meta: { readonly rows_read: number; readonly rows_written: number };
}
interface Statement {
  bind(...values: unknown[]): Statement;
  all(): Promise<Answer>;
  raw(options?: unknown): Promise<unknown>;
}
interface Database {
  prepare(sql: string): Statement;
  batch(statements: Statement[]): Promise<Answer[]>;
}

const originals = new WeakMap<object, Statement>();

function meteredDatabase(database: Database): Database {
  return {
    prepare: (sql) => meteredStatement(database.prepare(sql)),
    async batch(statements) {
      const answers = await database.batch(statements.map((one) => originals.get(one) ?? one));
      answers.forEach(tally);
      return answers;
    },
  };
}

/** `raw` tells no figures, so rows come from `all` and lose their names; `run` and `first` are made of `all` as well. */
function meteredStatement(statement: Statement): Statement {
  const all = async (): Promise<Answer> => tally(await statement.all());
  const metered = {
    bind: (...values: unknown[]) => meteredStatement(statement.bind(...values)),
    all,
    run: all,
    raw: async () => (await all()).results.map((row) => Object.values(row)),
    async first(column?: string) {
      const row = (await all()).results[0] ?? null;
      return row === null || column === undefined ? row : (row[column] ?? null);
    },
  };
  originals.set(metered, statement);
  return metered;
}

function tally(answer: Answer): Answer {
  count("d1RowsRead", answer.meta.rows_read);
  count("d1RowsWritten", answer.meta.rows_written);
  return answer;
}

/** Deleting is free; everything unknown is dear. */
const R2_READS: ReadonlySet<string> = new Set(["get", "head"]);

const meteredBucket = (bucket: Binding): Binding =>
  new Proxy(bucket, {
    get: (target, name: string) => {
      const method = target[name];
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        if (name !== "delete") count(R2_READS.has(name) ? "r2Reads" : "r2Writes");
        if (name === "put") count("r2Puts");
        return method.apply(target, args);
      };
    },
  });

interface Sendable {
  readonly body: { readonly type?: string };
}
interface Queue {
  sendBatch(messages: readonly Sendable[], ...rest: unknown[]): Promise<unknown>;
}

const meteredQueue = (queue: Queue): Queue => ({
  sendBatch(messages, ...rest) {
    for (const { body } of messages) {
      count("queueOperations", queueOperations(body));
      count("messagesSent");
      if (body.type === "archive") count("ringBatches");
    }
    return queue.sendBatch(messages, ...rest);
  },
});

interface Namespace {
  getByName(name: string): object;
}

/** Every call of a method of a stub is an RPC session of its own. */
const meteredNamespace = (namespace: Namespace): Namespace => ({
  getByName: (name) =>
    new Proxy(namespace.getByName(name) as Record<string, Method>, {
      get:
        (stub, method: string) =>
        (...args: unknown[]) => {
          count("objectRequests");
          return stub[method]?.(...args);
        },
    }),
});
