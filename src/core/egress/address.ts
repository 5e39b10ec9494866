/** What an address is, as far as reaching it goes: public, this machine's own, or why it must not be reached. */
export type AddressKind =
  | { readonly kind: "public" }
  | { readonly kind: "loopback" }
  | { readonly kind: "reserved"; readonly what: string };

const PUBLIC: AddressKind = { kind: "public" };
const LOOPBACK: AddressKind = { kind: "loopback" };
const reserved = (what: string): AddressKind => ({ kind: "reserved", what });

type Range = readonly [base: string, bits: number, what: string];

/** IANA's special-purpose registry (RFC 6890 and its updates), and addresses that clouds keep for themselves. */
const RESERVED_4: readonly Range[] = [
  ["0.0.0.0", 8, "an address of this network"],
  ["10.0.0.0", 8, "a private address"],
  ["100.64.0.0", 10, "a carrier's private address"],
  ["168.63.129.16", 32, "a cloud's metadata address"],
  ["169.254.0.0", 16, "a link-local or metadata address"],
  ["172.16.0.0", 12, "a private address"],
  ["192.0.0.0", 24, "a reserved address"],
  ["192.0.2.0", 24, "an address for documentation"],
  ["192.88.99.0", 24, "a 6to4 relay's address"],
  ["192.168.0.0", 16, "a private address"],
  ["198.18.0.0", 15, "an address for benchmarks"],
  ["198.51.100.0", 24, "an address for documentation"],
  ["203.0.113.0", 24, "an address for documentation"],
  ["224.0.0.0", 4, "a multicast address"],
  ["240.0.0.0", 4, "a reserved address"],
];

const RANGES_4 = RESERVED_4.map(([base, bits, what]) => ({ base: numberOf4(base) ?? 0, size: 2 ** (32 - bits), what }));
const LOOPBACK_4 = numberOf4("127.0.0.0") ?? 0;

/** The number of a canonical dotted quad: four decimal parts without leading zeros. Null for any other spelling. */
export function numberOf4(text: string): number | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let sum = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    sum = sum * 256 + Number(part);
  }
  return sum;
}

/** What an IPv4 address is, by its number. */
export function kindOf4(address: number): AddressKind {
  if (address >= LOOPBACK_4 && address < LOOPBACK_4 + 2 ** 24) return LOOPBACK;
  const range = RANGES_4.find(({ base, size }) => address >= base && address < base + size);
  return range ? reserved(range.what) : PUBLIC;
}

/** The eight groups of an IPv6 address, in any of its spellings, without brackets and zone; null for what is none. */
export function groupsOf6(text: string): readonly number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => partsOf(half));
  if (!head || !tail) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : null;
  return missing < 1 ? null : [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** Groups of one side of `::`, whose last may be a dotted quad. */
function partsOf(half: string): readonly number[] | null {
  if (half === "") return [];
  const groups: number[] = [];
  const parts = half.split(":");
  for (const [i, part] of parts.entries()) {
    const quad = i === parts.length - 1 && part.includes(".") ? numberOf4(part) : null;
    if (quad !== null) groups.push(Math.floor(quad / 65_536), quad % 65_536);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/**
 * What an IPv6 address is. Public is only what is given out as global unicast (2000::/3); of that, whatever carries an IPv4
 * address within it (6to4, Teredo) is refused: it is a second spelling of another address. So are mapped and translated
 * ones, which lie outside.
 */
export function kindOf6(groups: readonly number[]): AddressKind {
  const [a = 0, b = 0] = groups;
  const leading = groups.findIndex((group) => group !== 0);
  if (leading === 7 && groups[7] === 1) return LOOPBACK;
  if (leading === -1) return reserved("the unspecified address");
  if (leading === 5 && groups[5] === 0xffff) return reserved("an IPv4 address in IPv6's clothes");
  if (a === 0x64 && b === 0xff9b) return reserved("an IPv4 address in IPv6's clothes");
  if (a === 0x2002 || (a === 0x2001 && b === 0)) return reserved("a tunnel's address");
  if ((a & 0xfe00) === 0xfc00) return reserved("a private address");
  if ((a & 0xffc0) === 0xfe80) return reserved("a link-local address");
  if ((a & 0xff00) === 0xff00) return reserved("a multicast address");
  if (a === 0x2001 && b === 0xdb8) return reserved("an address for documentation");
  if (a === 0x3fff && b < 0x1000) return reserved("an address for documentation");
  if (a === 0x2001 && b < 0x200) return reserved("a reserved address");
  return (a & 0xe000) === 0x2000 ? PUBLIC : reserved("an address that is not given out");
}

/** What an address is, as a resolver writes it; null for what is no address. */
export function kindOfAddress(text: string): AddressKind | null {
  const four = numberOf4(text);
  if (four !== null) return kindOf4(four);
  const six = groupsOf6(text.split("%")[0] ?? "");
  return six && kindOf6(six);
}
