import { fault, type Fault } from "../errors.ts";
import { quoted } from "../text/clip.ts";

/** Header names belong to the connection, not to the message (RFC 9110, 7.6.1), or are made by whoever sends it. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["proxy-authenticate", "proxy-authorization", "host", "content-length", "expect", "http2-settings"],
]);
const FORBIDDEN_PREFIX = /^(?:cf-|:|sec-|proxy-)/;

const MOST_HEADERS = 100;
const MOST_BYTES = 32_768;

/**
 * Why headers cannot be sent; null when they can. Names are tokens, values printable ASCII with inner blanks and tabs: a
 * line end in either would begin another header. Values are never repeated: they may be secrets.
 */
export function headersFault(headers: Readonly<Record<string, string>>, place = "$.payload.headers"): Fault | null {
  const refuse = (message: string, hint: string, at: string = place): Fault =>
    fault("INVALID_PARAMETER", message, { place: at, hint });
  const names = Object.keys(headers);
  if (names.length > MOST_HEADERS) return refuse(`there are ${names.length} headers`, `send at most ${MOST_HEADERS}`);
  const seen = new Set<string>();
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const at = `${place}[${quoted(name)}]`;
    const lower = name.toLowerCase();
    bytes += name.length + value.length;
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/.test(name))
      return refuse(`${quoted(name)} is no header name`, "use letters, digits and dashes", at);
    if (FORBIDDEN.has(lower) || FORBIDDEN_PREFIX.test(lower))
      return refuse(`the header ${lower} belongs to the connection and cannot be set`, "leave it out", at);
    if (seen.has(lower)) return refuse(`the header ${lower} is there twice`, "write it once", at);
    seen.add(lower);
    if (!/^(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?$/.test(value))
      return refuse(
        `the value of ${lower} holds what a header cannot`,
        "use printable ASCII without line ends, and no blanks around it",
        at,
      );
  }
  return bytes > MOST_BYTES ? refuse("the headers are too long", `${MOST_BYTES} bytes is the most`) : null;
}
