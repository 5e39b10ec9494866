import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";

/** A place where a type is claimed instead of shown. */
export interface Cast {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  /** Through `unknown`: any type may be claimed of anything. */
  readonly double: boolean;
}

/** Every cast in the files: `value as T` and `<T>value`, but for `as const`, which claims nothing. A double one counts once. */
export async function castsIn(root: string, paths: readonly string[]): Promise<readonly Cast[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const source = ts.createSourceFile(path, await readFile(join(root, path), "utf8"), ts.ScriptTarget.Latest, true);
      const casts: Cast[] = [];
      const look = (node: ts.Node): void => {
        if (isCast(node) && !isInDouble(node)) {
          const { line } = source.getLineAndCharacterOfPosition(node.getStart());
          casts.push({ path, line: line + 1, text: node.getText().replace(/\s+/g, " "), double: isDouble(node) });
        }
        ts.forEachChild(node, look);
      };
      look(source);
      return casts;
    }),
  );
  return found.flat();
}

type Claim = ts.AsExpression | ts.TypeAssertion;

const isCast = (node: ts.Node): node is Claim =>
  (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) && node.type.getText() !== "const";
const isDouble = (node: Claim): boolean => isCast(node.expression) && node.expression.type.getText() === "unknown";
const isInDouble = (node: Claim): boolean => isCast(node.parent) && isDouble(node.parent);
