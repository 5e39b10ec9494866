import type { JsonObject } from "../../contracts/json/json.ts";
import { fault, RuntimeHostError } from "../core/errors.ts";
import { ENTRYPOINTS, ENTRYPOINT_TYPES } from "../core/registry/entrypoints.ts";
import { nodeRef } from "../core/registry/node.ts";
import { outputOfKind } from "../core/run/reduce/output-of-kind.ts";
import type { BuiltinNode, Handler } from "../spi/handler.ts";

/** What stands in for a node in a test: its output by contract key, or what makes it of its input. */
export type Mock = JsonObject | ((input: JsonObject) => JsonObject | Promise<JsonObject>);

/** Mocks by a node's name, or by its name and version. */
export type Mocks = Readonly<Record<string, Mock>>;

/** The handler, whose nodes with a mock are not called. */
export const mocked = (handler: Handler, mocks: Mocks): Handler => ({
  ...handler,
  initialize: () => handler.initialize(),
  shutdown: () => handler.shutdown(),
  healthCheck: () => handler.healthCheck(),
  describe: () => handler.describe(),
  execute: (call) => mockOf(mocks)(call) ?? handler.execute(call),
});

/** Handlers of the types that nobody serves in a test: their nodes are mocks, or fail and say so. */
export function absentHandlers(present: readonly Handler[], mocks: Mocks): readonly Handler[] {
  const there = new Set(present.map(({ type }) => type));
  const names = ENTRYPOINT_TYPES.flatMap((type) => ENTRYPOINTS[type].servedBy ?? []);
  return [...new Set(names)].filter((type) => !there.has(type)).map((type) => absent(type, mocks));
}

function absent(type: string, mocks: Mocks): Handler {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    type,
    initialize: nothing,
    shutdown: nothing,
    execute(call) {
      const answer = mockOf(mocks)(call);
      if (answer !== null) return answer;
      const problem = fault("NODE_NOT_FOUND", `${nodeRef(call.node)} is a ${type} node, which a test cannot run`, {
        hint: `give testOnex a mock for it: mocks: { ${call.node.name}: { … } }`,
        retryable: false,
      });
      return Promise.reject(new RuntimeHostError(problem));
    },
    healthCheck: () => Promise.resolve({ healthy: true }),
    describe: () => ({
      handlerType: type,
      supportedOperations: ["node.execute"],
      requiredPayloadFields: [],
      responseShape: {},
      version: "1.0.0",
    }),
  };
}

const mockOf =
  (mocks: Mocks) =>
  ({ node, input }: Parameters<BuiltinNode>[0]): ReturnType<BuiltinNode> | null => {
    const mock = own(mocks, nodeRef(node)) ?? own(mocks, node.name);
    if (mock === undefined) return null;
    if (typeof mock !== "function") return outputOfKind(node.kind, mock);
    return Promise.resolve(mock(input)).then((state) => outputOfKind(node.kind, state));
  };

const own = (mocks: Mocks, name: string): Mock | undefined => (Object.hasOwn(mocks, name) ? mocks[name] : undefined);
