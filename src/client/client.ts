import { schemaOf } from "./answer.ts";
import { camelBy, type Camel } from "./camel.ts";
import { createWireClient, type ClientOptions, type WireClient } from "./wire-client.ts";

export { OnexError } from "./onex-error.ts";
export type { ClientOptions } from "./wire-client.ts";

/** A part of the client: the methods of the wire's, whose answers have TypeScript's names. */
type Named<Part> = {
  readonly [Member in keyof Part]: Part[Member] extends (...given: infer Given) => Promise<infer Answer>
    ? (...given: Given) => Promise<Camel<Answer>>
    : Part[Member] extends (...given: infer Given) => AsyncGenerator<infer Item, void, void>
      ? (...given: Given) => AsyncGenerator<Camel<Item>, void, void>
      : Named<Part[Member]>;
};

/**
 * Everything the gateway offers, its answers in camelCase. Documents are as they are written: what is sent, values by
 * contract key, exported runs. All methods reject with OnexError and with nothing else, and may be repeated safely but for
 * those RunControlClient names.
 */
export type Client = Named<WireClient>;

/** A client of the gateway at `baseUrl`. Uses `fetch` alone, so it runs in browsers, Workers and Node. */
export const createClient = (options: ClientOptions): Client => named(createWireClient(options));

/** The types say of every member what becomes of it here. */
const named = <Part extends object>(part: Part): Named<Part> =>
  Object.fromEntries(
    membersOf(part).map(([name, member]) => [
      name,
      isMethod(member) ? (...given: readonly unknown[]) => answered(member(...given)) : named(member as object),
    ]),
  ) as Named<Part>;

const membersOf = (of: object): readonly (readonly [string, unknown])[] => Object.entries(of);

const isMethod = (member: unknown): member is (...given: readonly unknown[]) => unknown => typeof member === "function";

function answered(result: unknown): unknown {
  if (result instanceof Promise) return result.then(camelAnswer);
  return isGenerator(result) ? camelItems(result) : result;
}

const isGenerator = (result: unknown): result is AsyncGenerator<unknown, void, void> =>
  typeof result === "object" && result !== null && Symbol.asyncIterator in result;

async function* camelItems(items: AsyncGenerator<unknown, void, void>): AsyncGenerator<unknown, void, void> {
  for await (const item of items) yield camelAnswer(item);
}

/** An answer of a server by its schema; what this client put together, member by member. */
function camelAnswer(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  const schema = schemaOf(answer);
  if (schema !== null) return camelBy(schema, answer);
  const members = membersOf(answer);
  const isAnswer = (member: unknown): member is object =>
    typeof member === "object" && member !== null && schemaOf(member) !== null;
  if (!members.some(([, member]) => isAnswer(member))) return answer;
  return Object.fromEntries(members.map(([name, member]) => [name, isAnswer(member) ? camelAnswer(member) : member]));
}
