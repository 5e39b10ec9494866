import { ByteReader, encodeUnsigned } from "./leb128.ts";
import { join, nameBytes, readSections, SECTION, vectorOf, writeSections } from "./sections.ts";
import { eachImport } from "./signatures.ts";

/** What a binary's imports and exports are to be called. */
export interface Labels {
  /** The name of the one module everything is imported from. */
  readonly module: string;
  /** Every import's name → its new one. */
  readonly imports: Readonly<Record<string, string>>;
  /** The exports that are kept: name → new name. */
  readonly exports: Readonly<Record<string, string>>;
  /** Pages of the imported memory. */
  readonly memory: { readonly initial: number; readonly maximum: number };
}

const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;

/**
 * Gives a binary's imports and exports names that say what they are, and drops the exports nobody uses. Throws a RangeError
 * on an import without a label, and on a label that labels nothing.
 */
export function relabelWasm(binary: Uint8Array, labels: Labels): Uint8Array {
  const sections = readSections(binary);
  return writeSections(
    sections,
    new Map([
      [SECTION.import, importsOf(sections.get(SECTION.import), labels)],
      [SECTION.export, exportsOf(sections.get(SECTION.export), labels)],
    ]),
  );
}

function importsOf(body: Uint8Array, labels: Labels): Uint8Array {
  const found = Array.from(eachImport(body), ({ name, kind, description }) => {
    const old = new TextDecoder().decode(name);
    const label = labels.imports[old];
    if (label === undefined) throw new RangeError(`the binary imports ${old}, which has no label`);
    const { initial, maximum } = labels.memory;
    const limits = Uint8Array.from([0x01, ...encodeUnsigned(initial), ...encodeUnsigned(maximum)]);
    const head = Uint8Array.from([...nameBytes(labels.module), ...nameBytes(label), KIND[kind]]);
    return { old, item: join([head, kind === "memory" ? limits : description]) };
  });
  refuseMissing(
    labels.imports,
    found.map(({ old }) => old),
    "import",
  );
  return vectorOf(found.map(({ item }) => item));
}

function exportsOf(body: Uint8Array, labels: Labels): Uint8Array {
  const reader = new ByteReader(body);
  const kept: Uint8Array[] = [];
  const found: string[] = [];
  for (let left = reader.unsigned(); left > 0; left--) {
    const old = new TextDecoder().decode(reader.takeVector());
    const from = reader.offset;
    reader.skip(1);
    reader.skipLeb();
    found.push(old);
    const label = labels.exports[old];
    if (label !== undefined) kept.push(join([Uint8Array.from(nameBytes(label)), body.subarray(from, reader.offset)]));
  }
  refuseMissing(labels.exports, found, "export");
  return vectorOf(kept);
}

function refuseMissing(labels: Readonly<Record<string, string>>, found: readonly string[], what: string): void {
  const missing = Object.keys(labels).filter((name) => !found.includes(name));
  if (missing.length > 0) throw new RangeError(`the binary has no ${what} ${missing.join(", ")}`);
}
