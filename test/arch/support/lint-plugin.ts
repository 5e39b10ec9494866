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

export default {
  meta: { name: "onex" },
  rules: { "no-ambient-source": noAmbientSource, "one-file-reads-env": oneFileReadsEnv },
};
