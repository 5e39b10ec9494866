import { groupsOf6, kindOf4, kindOf6, numberOf4, type AddressKind } from "./address.ts";

const refused = (what: string): AddressKind => ({ kind: "reserved", what });

/** Names that never lead to the public network, or lead wherever their spelling says. */
const INTERNAL = [
  ...["local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "home.arpa", "arpa"],
  ...["test", "invalid", "onion", "consul", "host", "domain", "workgroup", "mail"],
];
/** Public names that resolve to whatever address is written into them, or to loopback. */
const REBINDING = [
  ...["nip.io", "sslip.io", "xip.io", "ip6.name", "backname.io", "nip.direct", "traefik.me", "1u.ms", "rbndr.us"],
  ...["localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "fuf.me", "local.gd"],
];

const isUnder = (host: string, suffixes: readonly string[]): boolean =>
  suffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));

/**
 * What a host is, by how it is written: nothing is resolved. `host` is in lower case, an IPv6 address in brackets. An
 * address in any but its plain spelling is refused even if it is a public one: who writes 0x08.8.8.8 hides something.
 */
export function kindOfHost(host: string): AddressKind {
  if (host.startsWith("[")) {
    const groups = groupsOf6(host.slice(1, -1));
    return groups ? kindOf6(groups) : refused("no IPv6 address");
  }
  if (host.endsWith(".")) return refused("a name that ends with a dot");
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(last)) {
    const address = numberOf4(host);
    return address === null ? refused("an address in an odd spelling") : kindOf4(address);
  }
  if (host === "localhost" || host.endsWith(".localhost")) return { kind: "loopback" };
  if (host.length > 253 || !labels.every(isLabel)) return refused("no host name");
  if (labels.length === 1) return refused("a name without a domain");
  if (isUnder(host, INTERNAL)) return refused("a name of a private network");
  if (isUnder(host, REBINDING)) return refused("a name that leads to an address written into it");
  return hidesAddress(host) ? refused("a name with a private address in it") : { kind: "public" };
}

const isLabel = (label: string): boolean => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label);

/** Whether four numbers in a name, joined by dots or dashes, spell an address that must not be reached. */
function hidesAddress(host: string): boolean {
  for (const joined of host.matchAll(/(?<![0-9])(?=(\d{1,3}([.-])\d{1,3}\2\d{1,3}\2\d{1,3})(?![0-9]))/g)) {
    const address = numberOf4((joined[1] ?? "").replaceAll("-", "."));
    if (address !== null && kindOf4(address).kind !== "public") return true;
  }
  return false;
}
