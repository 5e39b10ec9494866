import type { Random } from "../sim/random.ts";

/** A piece of text that is written into a document as it is. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A document that need not be JSON: values, and texts in their places. */
export type Odd = null | boolean | number | string | Raw | readonly Odd[] | { readonly [member: string]: Odd };

/** The document as text. Numbers JSON does not know are written as JavaScript would. */
export function write(odd: Odd): string {
  if (odd instanceof Raw) return odd.text;
  if (typeof odd === "number") return Number.isFinite(odd) ? JSON.stringify(odd) : String(odd);
  if (Array.isArray(odd)) return `[${odd.map(write).join(",")}]`;
  if (typeof odd !== "object" || odd === null) return JSON.stringify(odd);
  return `{${Object.entries(odd)
    .map(([member, value]) => `${JSON.stringify(member)}:${write(value)}`)
    .join(",")}}`;
}

const TEXTS = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "x\udfff",
  "\u001b[31mred\u001b[0m",
  "\u202eevil",
  "../../etc/passwd",
  "constructor",
  "__proto__",
  "hasOwnProperty",
  "a".repeat(300),
  "ü".repeat(20_000),
  "<script>alert(1)</script>",
  "'; DROP TABLE runs; --",
  "%00",
  "${jndi:x}",
  "r00_00000000000000000000000000",
  "2026-02-30T25:61:61Z",
  "9999-12-31T23:59:60Z",
  "1e400",
  "NaN",
  "^(a+)+$",
  "\n\r\t",
  "\ufeff",
] as const;

const NUMBERS = ["1e400", "-1e400", "9007199254740993", "-0", "0.1e-400", "300.5", "1e21", "00", "-", "9e15"] as const;

const nested = (depth: number, open: string, close: string): Raw =>
  new Raw(`${open.repeat(depth)}null${close.repeat(depth)}`);

/** A value nobody expects. */
export function oddValue(random: Random): Odd {
  switch (random.below(14)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.below(1_000) - 500;
    case 3:
      return new Raw(random.pick(NUMBERS));
    case 4:
    case 5:
    case 6:
      return random.pick(TEXTS);
    case 7:
      return [];
    case 8:
      return {};
    case 9:
      return nested(random.pick([10, 200, 6_000]), "[", "]");
    case 10:
      return nested(random.pick([10, 200, 3_000]), '{"a":', "}");
    case 11:
      return Array.from({ length: random.pick([3, 200, 5_000]) }, (_, place) => place);
    case 12:
      return new Raw('{"twice":1,"twice":2}');
    default:
      return { [random.pick(TEXTS)]: random.pick(TEXTS) };
  }
}

/** Changes a document in one to three places: what is there is replaced, left out, doubled, renamed or joined by more. */
export function mutate(odd: Odd, random: Random): Odd {
  let changed = odd;
  for (let left = 1 + random.below(3); left > 0; left--) changed = changeOne(changed, random);
  return changed;
}

function changeOne(odd: Odd, random: Random): Odd {
  const goesOn = random.chance(0.75);
  if (Array.isArray(odd) && odd.length > 0 && goesOn) {
    const place = random.below(odd.length);
    const item = odd[place] as Odd;
    const changed = changeOne(item, random);
    if (random.chance(0.1)) return [...odd, item];
    if (random.chance(0.1)) return odd.toSpliced(place, 1);
    return odd.with(place, changed);
  }
  if (isRecord(odd) && Object.keys(odd).length > 0 && goesOn) {
    const member = random.pick(Object.keys(odd));
    const { [member]: value = null, ...rest } = odd;
    switch (random.below(8)) {
      case 0:
        return rest;
      case 1:
        return { ...rest, [random.pick([`${member}s`, member.toUpperCase(), random.pick(TEXTS)])]: value };
      case 2:
        return { ...odd, [random.pick(TEXTS)]: oddValue(random) };
      default:
        return { ...odd, [member]: changeOne(value, random) };
    }
  }
  return oddValue(random);
}

const isRecord = (odd: Odd): odd is { readonly [member: string]: Odd } =>
  typeof odd === "object" && odd !== null && !Array.isArray(odd) && !(odd instanceof Raw);

/** Breaks a text that was a document: cut, with bytes changed, doubled or with something before or after it. */
export function breakText(text: string, random: Random): string {
  const place = random.below(text.length + 1);
  switch (random.below(5)) {
    case 0:
      return text.slice(0, place);
    case 1:
      return text.slice(0, place) + random.pick(TEXTS) + text.slice(place);
    case 2:
      return text + text;
    case 3:
      return `\ufeff${text}`;
    default:
      return text.slice(0, place) + String.fromCharCode(random.below(0x2000)) + text.slice(place + 1);
  }
}
