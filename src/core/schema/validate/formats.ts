import { readPattern } from "../pattern/read-pattern.ts";
import { isEmail, isHostname, isIpv4, isIpv6 } from "./format-hosts.ts";
import { isDate, isDateTime, isDuration, isTime } from "./format-times.ts";
import { isUri, isUriReference, isUriTemplate, isUrl } from "./format-uris.ts";

/** A format: how it is told, and how many steps of work that is for each UTF-16 unit. */
export interface Format {
  readonly steps: number;
  readonly test: (text: string) => boolean;
}

const format = (test: (text: string) => boolean, steps = 0.5): Format => ({ test, steps });

/**
 * The formats that are asserted, each decided in time linear in the text. A format that is not here says nothing, as
 * JSON Schema wants it.
 */
export const FORMATS: Readonly<Record<string, Format>> = {
  date: format(isDate),
  time: format(isTime),
  "date-time": format(isDateTime),
  duration: format(isDuration),
  uri: format(isUri),
  "uri-reference": format(isUriReference),
  "uri-template": format(isUriTemplate, 5),
  url: format(isUrl),
  email: format(isEmail),
  hostname: format(isHostname),
  ipv4: format(isIpv4),
  ipv6: format(isIpv6),
  uuid: format((text) => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)),
  regex: format(isPattern),
  "json-pointer": format(isPointer),
  "json-pointer-uri-fragment": format(
    (text) => text.startsWith("#") && isPointer(text.slice(1)) && isUriReference(text),
  ),
  "relative-json-pointer": format((text) => {
    const rest = /^(?:0|[1-9][0-9]*)/.exec(text)?.[0].length;
    return rest !== undefined && (text.slice(rest) === "#" || isPointer(text.slice(rest)));
  }),
};

/** Whether it is a regular expression, be it one that is accepted as a pattern or not. */
function isPattern(text: string): boolean {
  const read = readPattern(text);
  return read.ok || read.error.kind === "refused";
}

/** RFC 6901. */
function isPointer(text: string): boolean {
  return text === "" || (text.startsWith("/") && !/~(?:[^01]|$)/.test(text));
}
