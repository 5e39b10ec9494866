/**
 * Lint rules of this house that no built-in rule expresses. Loaded by .oxlintrc.json through oxlint's plugin interface,
 * which is ESLint's; only the few node shapes used here are spelled out.
 */

interface Node {
  readonly type: string;
  readonly parent: Node | null;
  readonly name?: string;
  readonly computed?: boolean;
  readonly object?: Node;
  readonly property?: Node;
  readonly callee?: Node;
  readonly arguments?: readonly Node[];
  readonly right?: Node;
  readonly operator?: string;
  readonly argument?: Node;
  readonly param?: Node | null;
  readonly await?: boolean;
}

interface Context {
  report(problem: { readonly node: Node; readonly message: string }): void;
  readonly sourceCode: { isGlobalReference(node: Node): boolean };
}

/** The members of these globals that give the same answer everywhere and always; null allows all but those denied. */
const PURE_DATE_MEMBERS: ReadonlySet<string> = new Set(["parse", "UTC"]);

/** `Date` may build a date from a given instant or parse one; `Math` may do anything but guess. */
function isPureUse(node: Node): boolean {
  const parent = node.parent;
  if (parent === null) return false;
  if (parent.type === "MemberExpression" && parent.object === node) {
    const member = parent.computed === true ? undefined : parent.property?.name;
    if (member === undefined) return false;
    return node.name === "Math" ? member !== "random" : PURE_DATE_MEMBERS.has(member);
  }
  if (node.name === "Math") return false;
  if (parent.type === "NewExpression" && parent.callee === node) {
    const first = parent.arguments?.[0];
    return first !== undefined && first.type !== "SpreadElement";
  }
  return parent.type === "BinaryExpression" && parent.operator === "instanceof" && parent.right === node;
}

const noAmbientSource = {
  create: (context: Context) => ({
    Identifier(node: Node): void {
      if (node.name !== "Date" && node.name !== "Math") return;
      if (!context.sourceCode.isGlobalReference(node) || isPureUse(node)) return;
      const message =
        node.name === "Date"
          ? "This reads the clock or hides it behind a name: time comes in as an argument (`now`)."
          : "This guesses or hides guessing behind a name: randomness comes through the Ids port or a seed.";
      context.report({ node, message });
    },
  }),
};

const isEnv = (node: Node | undefined): boolean =>
  node?.type === "Identifier"
    ? node.name === "env"
    : node?.type === "MemberExpression" && node.computed !== true && node.property?.name === "env";

const oneFileReadsEnv = {
  create: (context: Context) => ({
    MemberExpression(node: Node): void {
      if (!isEnv(node.object)) return;
      context.report({ node, message: "Only workers/env.ts reads Env: hand `env` on, or take the capability." });
    },
  }),
};

const noDynamicImport = {
  create: (context: Context) => ({
    ImportExpression(node: Node): void {
      context.report({
        node,
        message: "A handler is wired, not found: import what it needs at the top, or take it as a port.",
      });
    },
  }),
};

const FUNCTIONS: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

function isWithinFunction(node: Node): boolean {
  for (let at = node.parent; at !== null; at = at.parent) if (FUNCTIONS.has(at.type)) return true;
  return false;
}

const noTopLevelAwait = {
  create: (context: Context) => {
    const refuse = (node: Node): void => {
      if (isWithinFunction(node)) return;
      context.report({ node, message: "A module waits for nothing while it is loaded: wait in initialize." });
    };
    return {
      AwaitExpression: refuse,
      ForOfStatement: (node: Node): void => (node.await === true ? refuse(node) : undefined),
    };
  },
};

/** The name a catch clause gives what it caught, of the clauses around a node. */
function caughtAround(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at = node.parent; at !== null; at = at.parent)
    if (at.type === "CatchClause" && at.param?.name !== undefined) names.add(at.param.name);
  return names;
}

const mappedExceptions = {
  create: (context: Context) => ({
    ThrowStatement(node: Node): void {
      const { argument } = node;
      const isRaw = argument?.type === "NewExpression" && argument.callee?.name !== "RuntimeHostError";
      const isCaught = argument?.type === "Identifier" && caughtAround(node).has(argument.name ?? "");
      if (!isRaw && !isCaught) return;
      context.report({
        node,
        message: "What leaves a handler is a RuntimeHostError: map it here, where it is understood.",
      });
    },
  }),
};

export default {
  meta: { name: "onex" },
  rules: {
    "no-ambient-source": noAmbientSource,
    "one-file-reads-env": oneFileReadsEnv,
    "no-dynamic-import": noDynamicImport,
    "no-top-level-await": noTopLevelAwait,
    "mapped-exceptions": mappedExceptions,
  },
};
