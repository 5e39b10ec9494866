import { FUEL_EXPORT } from "./fuel-export.ts";
import { stepOver } from "./instructions.ts";
import { ByteReader, encodeUnsigned } from "./leb128.ts";

/** Bytes a bulk copy moves for one unit of fuel, so that copying costs about what the same time in a loop costs. */
const BYTES_PER_FUEL_SHIFT = 5;

const SECTION = { type: 1, import: 2, function: 3, global: 6, export: 7, code: 10 } as const;
const I32 = 0x7f;
const I64 = 0x7e;

/**
 * Rewrites a WebAssembly binary so that every turn of every loop, and every bulk copy by its length, takes fuel from an
 * exported global, and running out of it traps. An interpreter polls its interrupt handler between bytecodes only; one
 * bytecode that searches an array of 2^53 holes never comes back to it. Counting in the binary itself bounds that too,
 * and counts the same on every machine. Throws a RangeError on a binary it does not fully understand.
 */
export function meterWasm(binary: Uint8Array): Uint8Array {
  const sections = readSections(binary);
  const types = parameterCounts(sections.get(SECTION.type));
  const functionTypes = indices(sections.get(SECTION.function));
  const fuel = importedGlobals(sections.get(SECTION.import)) + count(sections.get(SECTION.global));
  const out: number[][] = [[...binary.subarray(0, 8)]];
  for (const [id, body] of sections.all) {
    if (id === SECTION.global) out.push(section(id, appendItem(body, [I64, 0x01, 0x42, ...FULL_TANK, 0x0b])));
    else if (id === SECTION.export) {
      const name = Array.from(FUEL_EXPORT, (letter) => letter.charCodeAt(0));
      out.push(section(id, appendItem(body, [...encodeUnsigned(name.length), ...name, 0x03, ...encodeUnsigned(fuel)])));
    } else if (id === SECTION.code) {
      out.push(
        section(
          id,
          meterCode(body, (index) => types[functionTypes[index] ?? -1] ?? 0, fuel),
        ),
      );
    } else out.push(section(id, [...body]));
  }
  return Uint8Array.from(out.flat());
}

/** The largest signed 64-bit number: whoever does not set the fuel is not limited. */
const FULL_TANK = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];

interface Sections {
  readonly all: readonly (readonly [id: number, body: Uint8Array])[];
  get(id: number): Uint8Array;
}

function readSections(binary: Uint8Array): Sections {
  const reader = new ByteReader(binary, 8);
  const all: [number, Uint8Array][] = [];
  while (!reader.done) {
    const id = reader.byte();
    all.push([id, reader.take(reader.unsigned())]);
  }
  const byId = new Map(all);
  for (const id of Object.values(SECTION)) {
    if (!byId.has(id)) throw new RangeError(`the binary has no section ${id}, which the meter needs`);
  }
  return { all, get: (id) => byId.get(id) ?? new Uint8Array() };
}

const section = (id: number, body: readonly number[]): number[] => [id, ...encodeUnsigned(body.length), ...body];

const count = (body: Uint8Array): number => new ByteReader(body).unsigned();

/** A vector section with one more item at its end. */
function appendItem(body: Uint8Array, item: readonly number[]): number[] {
  const reader = new ByteReader(body);
  const items = reader.unsigned();
  return [...encodeUnsigned(items + 1), ...body.subarray(reader.offset), ...item];
}

function parameterCounts(body: Uint8Array): number[] {
  const reader = new ByteReader(body);
  return Array.from({ length: reader.unsigned() }, () => {
    if (reader.byte() !== 0x60) throw new RangeError("only function types are known to the meter");
    const parameters = reader.unsigned();
    reader.skip(parameters);
    reader.skip(reader.unsigned());
    return parameters;
  });
}

function indices(body: Uint8Array): number[] {
  const reader = new ByteReader(body);
  return Array.from({ length: reader.unsigned() }, () => reader.unsigned());
}

function importedGlobals(body: Uint8Array): number {
  const reader = new ByteReader(body);
  let globals = 0;
  for (let left = reader.unsigned(); left > 0; left--) {
    reader.skip(reader.unsigned());
    reader.skip(reader.unsigned());
    const kind = reader.byte();
    if (kind === 0) reader.skipLeb();
    else if (kind === 3) {
      globals++;
      reader.skip(2);
    } else {
      if (kind === 1) reader.skip(1);
      const hasMaximum = (reader.byte() & 1) === 1;
      reader.skipLeb();
      if (hasMaximum) reader.skipLeb();
    }
  }
  return globals;
}

function meterCode(body: Uint8Array, parametersOf: (index: number) => number, fuel: number): number[] {
  const reader = new ByteReader(body);
  const functions = reader.unsigned();
  const out = encodeUnsigned(functions);
  for (let index = 0; index < functions; index++) {
    const metered = meterFunction(reader.take(reader.unsigned()), parametersOf(index), fuel);
    for (const byte of encodeUnsigned(metered.length)) out.push(byte);
    for (const byte of metered) out.push(byte);
  }
  return out;
}

function meterFunction(body: Uint8Array, parameters: number, fuel: number): number[] {
  const reader = new ByteReader(body);
  const groups = reader.unsigned();
  const groupsStart = reader.offset;
  let locals = parameters;
  for (let left = groups; left > 0; left--) {
    locals += reader.unsigned();
    reader.skip(1);
  }
  // One local more, to hold the length of a bulk copy while it is charged.
  const out = [...encodeUnsigned(groups + 1), ...body.subarray(groupsStart, reader.offset), 0x01, I32];
  const loopCharge = charge(fuel, [0x42, 0x01]);
  const bulkCharge = [
    ...[0x22, ...encodeUnsigned(locals)], // local.tee
    ...charge(fuel, [0x20, ...encodeUnsigned(locals), 0xad, 0x42, BYTES_PER_FUEL_SHIFT, 0x88]),
  ];
  while (!reader.done) {
    const start = reader.offset;
    const found = stepOver(reader);
    if (found === "bulk") out.push(...bulkCharge);
    for (let at = start; at < reader.offset; at++) out.push(body[at] ?? 0);
    if (found === "loop") out.push(...loopCharge);
  }
  return out;
}

/** `fuel -= amount; if (fuel < 0) trap`, leaving the operand stack as it was. */
function charge(fuel: number, amount: readonly number[]): number[] {
  const index = encodeUnsigned(fuel);
  return [
    ...[0x23, ...index], // global.get
    ...amount,
    ...[0x7d, 0x24, ...index], // i64.sub, global.set
    ...[0x23, ...index, 0x42, 0x00, 0x53], // global.get, i64.const 0, i64.lt_s
    ...[0x04, 0x40, 0x00, 0x0b], // if, unreachable, end
  ];
}
