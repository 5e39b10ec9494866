/** RFC 1123: labels of letters, digits and hyphens, 63 characters each, 253 together. */
export function isHostname(text: string): boolean {
  return text.length <= 253 && text.split(".").every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
}

/** Four numbers up to 255. */
export function isIpv4(text: string): boolean {
  if (text.length > 15) return false;
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** RFC 4291: eight groups, of which one run of zeros may be left out; the last two may be written as IPv4. */
export function isIpv6(text: string): boolean {
  if (text.length > 45) return false;
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const embedded = last.includes(".");
  if (embedded && (!isIpv4(last) || text.endsWith("::"))) return false;
  const plain = embedded ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = plain.length + (embedded ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}

const LOCAL = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+$/i;
const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/;

/** RFC 5321 mailbox. */
export function isEmail(text: string): boolean {
  if (text.length > 64 + 1 + 255) return false;
  const at = text.startsWith('"') ? text.indexOf("@", text.lastIndexOf('"')) : text.indexOf("@");
  if (at < 1) return false;
  const [local, host] = [text.slice(0, at), text.slice(at + 1)];
  if (local.length > 64) return false;
  const good = local.startsWith('"')
    ? QUOTED.test(local)
    : LOCAL.test(local) && !local.startsWith(".") && !local.endsWith(".") && !local.includes("..");
  return good && (host.startsWith("[") && host.endsWith("]") ? isLiteral(host.slice(1, -1)) : isHostname(host));
}

const isLiteral = (address: string): boolean => (/^ipv6:/i.test(address) ? isIpv6(address.slice(5)) : isIpv4(address));
