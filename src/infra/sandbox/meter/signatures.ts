import { ByteReader } from "./leb128.ts";
import { SECTION, type Sections } from "./sections.ts";

/** What a function takes and gives. */
export interface Signature {
  readonly parameters: number;
  readonly results: number;
  /** The type of its result as the format writes it, or that of a block without one. */
  readonly blockType: number;
}

/** Who is called what in a binary, as far as the meter asks. */
export interface Signatures {
  ofType(index: number): Signature;
  /** Of a function by its index, imports first. */
  ofFunction(index: number): Signature;
  /** Of a function by its place in the code section. */
  ofBody(place: number): Signature;
  readonly importedGlobals: number;
}

const NO_RESULT = 0x40;

/** Reads the signatures of all functions. Throws a RangeError on what the meter does not know. */
export function readSignatures(sections: Sections): Signatures {
  const types = readTypes(sections.get(SECTION.type));
  const imports = readImports(sections.get(SECTION.import));
  const reader = new ByteReader(sections.get(SECTION.function));
  const own = Array.from({ length: reader.unsigned() }, () => reader.unsigned());
  const all = [...imports.functions, ...own];
  const ofType = (index: number | undefined): Signature => {
    const type = types[index ?? -1];
    if (!type) throw new RangeError(`the binary names a type ${index} that it does not have`);
    return type;
  };
  return {
    ofType,
    ofFunction: (index) => ofType(all[index]),
    ofBody: (place) => ofType(own[place]),
    importedGlobals: imports.globals,
  };
}

function readTypes(body: Uint8Array): Signature[] {
  const reader = new ByteReader(body);
  return Array.from({ length: reader.unsigned() }, () => {
    if (reader.byte() !== 0x60) throw new RangeError("only function types are known to the meter");
    const parameters = reader.takeVector().length;
    const results = reader.takeVector();
    if (results.length > 1) throw new RangeError("functions with several results are not known to the meter");
    return { parameters, results: results.length, blockType: results[0] ?? NO_RESULT };
  });
}

function readImports(body: Uint8Array): { readonly functions: number[]; readonly globals: number } {
  const functions: number[] = [];
  let globals = 0;
  for (const { kind, description } of eachImport(body)) {
    if (kind === "function") functions.push(new ByteReader(description).unsigned());
    if (kind === "global") globals++;
  }
  return { functions, globals };
}

/** One import: its names, and its description as the format writes it. */
export interface Import {
  readonly module: Uint8Array;
  readonly name: Uint8Array;
  readonly kind: "function" | "table" | "memory" | "global";
  readonly description: Uint8Array;
}

const KINDS = ["function", "table", "memory", "global"] as const;

export function* eachImport(body: Uint8Array): Generator<Import> {
  const reader = new ByteReader(body);
  for (let left = reader.unsigned(); left > 0; left--) {
    const module = reader.takeVector();
    const name = reader.takeVector();
    const kind = KINDS[reader.byte()];
    if (!kind) throw new RangeError("the binary imports something the meter does not know");
    const from = reader.offset;
    if (kind === "function") reader.skipLeb();
    else if (kind === "global") reader.skip(2);
    else {
      if (kind === "table") reader.skip(1);
      const hasMaximum = (reader.byte() & 1) === 1;
      reader.skipLeb();
      if (hasMaximum) reader.skipLeb();
    }
    yield { module, name, kind, description: body.subarray(from, reader.offset) };
  }
}
