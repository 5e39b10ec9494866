/** A row of the table of guarantees. */
export interface Guarantee {
  readonly never: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
  readonly bugs: readonly string[];
}

/** The rows of a Markdown table of four columns: never, because, guarded by, planted bug. */
export function guaranteesIn(markdown: string): readonly Guarantee[] {
  const rows = markdown.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((row) => {
    const [never = "", , guards = "", bugs = ""] = row
      .split("|")
      .slice(1)
      .map((cell) => cell.trim());
    return {
      never,
      tests: [...guards.matchAll(/`([^`]+)`: "([^"]+)"/g)].map(([, file = "", name = ""]) => ({ file, name })),
      bugs: [...bugs.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name),
    };
  });
}

/** What is wrong with the rows. `read` gives a file's text, or null; `planted` are the names of the simulation's bugs. */
export function brokenGuarantees(
  rows: readonly Guarantee[],
  read: (file: string) => string | null,
  planted: ReadonlySet<string>,
): readonly string[] {
  const problems: string[] = [];
  for (const { never, tests, bugs } of rows) {
    if (tests.length === 0) problems.push(`"${never}" is guarded by no test`);
    for (const { file, name } of tests) {
      const text = read(file);
      if (text === null) problems.push(`there is no ${file}`);
      else if (!hasTest(text, name)) problems.push(`${file} has no test "${name}"`);
    }
    for (const bug of bugs) if (!planted.has(bug)) problems.push(`nobody plants "${bug}"`);
  }
  const named = new Set(rows.flatMap(({ bugs }) => bugs));
  for (const bug of planted) if (!named.has(bug)) problems.push(`no row names the planted "${bug}"`);
  return problems;
}

/** The name as a whole string of the file; a contract suite may put its label before it. */
const hasTest = (text: string, name: string): boolean =>
  [`"${name}"`, `\`${name}\``, `\`\${label}: ${name}\``].some((literal) => text.includes(literal));
