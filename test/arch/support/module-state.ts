import ts from "typescript";

/** Something a module keeps between calls. */
export interface KeptState {
  readonly line: number;
  readonly name: string;
  readonly why: string;
}

/** Kept weakly: gone with the value it was derived from. */
const WEAK = new Set(["WeakMap", "WeakSet", "WeakRef"]);
/** May be constants, as long as nothing is written into them. */
const COLLECTIONS = new Set(["Map", "Set", "RegExp"]);
const WRITES = new Set([
  ...["set", "add", "delete", "clear", "push", "pop", "shift", "unshift", "splice"],
  ...["sort", "reverse", "fill", "copyWithin"],
]);

/** What a module of core keeps that is no constant and no data kept weakly by an immutable value. */
export function moduleState(path: string, text: string): readonly KeptState[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: KeptState[] = [];
  const constants = new Set<string>();
  const note = (node: ts.Node, name: string, why: string): void => {
    found.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, name, why });
  };
  const keep = (node: ts.Node, name: string, value: ts.Expression | undefined): void => {
    const made = value && unwrapped(value);
    if (!made) return;
    if (ts.isNewExpression(made)) {
      const kind = made.expression.getText();
      if (COLLECTIONS.has(kind)) constants.add(name);
      else if (!WEAK.has(kind)) note(node, name, `an object of ${kind}`);
    }
    if (ts.isArrayLiteralExpression(made) || ts.isObjectLiteralExpression(made)) constants.add(name);
    if (ts.isCallExpression(made) && ts.isFunctionLike(unwrapped(made.expression))) note(node, name, "a closure");
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
      for (const declaration of statement.declarationList.declarations) {
        const name = declaration.name.getText();
        if (isConst) keep(declaration, name, declaration.initializer);
        else note(declaration, name, "a variable");
      }
    }
    if (ts.isClassDeclaration(statement)) {
      for (const member of statement.members) {
        if (!ts.isPropertyDeclaration(member) || !isStatic(member)) continue;
        const name = member.name.getText();
        if (member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword)) {
          keep(member, name, member.initializer);
        } else note(member, name, "a static variable");
      }
    }
  }
  const look = (node: ts.Node): void => {
    const written = writtenName(node);
    if (written !== null && constants.has(written)) note(node, written, "written after it was made");
    ts.forEachChild(node, look);
  };
  look(file);
  return found;
}

const isStatic = (member: ts.PropertyDeclaration): boolean =>
  member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;

function unwrapped(node: ts.Expression): ts.Expression {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
    return unwrapped(node.expression);
  }
  return node;
}

/** The name something is written into: `NAME.set(…)`, `NAME[x] = …`, `NAME.x = …`, `delete NAME.x`. */
function writtenName(node: ts.Node): string | null {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    return WRITES.has(node.expression.name.text) ? nameOf(node.expression.expression) : null;
  }
  const isAssignment =
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    node.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
  const target = isAssignment ? node.left : ts.isDeleteExpression(node) ? node.expression : null;
  if (!target || !(ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target))) return null;
  return nameOf(target.expression);
}

/** `NAME`, and `Class.NAME` or `Class.#NAME` by its last part. */
function nameOf(node: ts.Expression): string | null {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? node.name.getText() : null;
}
