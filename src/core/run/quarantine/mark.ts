import { attempt, currentVersion, readStored } from "../../stored/stored-form.ts";
import type { StoredForms } from "../../stored/forms.ts";
import { quarantineFor, type Quarantine } from "./quarantine.ts";
import { fault } from "../../errors.ts";
import type { Instant } from "../model/state.ts";

/** What a ring notes of a run in quarantine, beside the run itself, of which not a byte is changed. */
export interface QuarantineMark extends Quarantine {
  /** Which forms could be read when the run was set aside: others are worth another try. */
  readonly reads: string;
  /** The run had ended and left in a batch: what it says of its nodes is counted. */
  readonly counted?: true;
}

/** The versions of everything a run is stored in, as far as these forms go. */
export const readableForms = (forms: StoredForms): string =>
  [forms.run, forms["run change"], forms.plan].map(currentVersion).join(".");

export const encodeMark = (mark: QuarantineMark, forms: StoredForms): string =>
  JSON.stringify({ v: currentVersion(forms["quarantine mark"]), ...mark });

/** A stored mark. One that cannot be read still keeps its run in quarantine. */
export function readMark(text: string, forms: StoredForms): QuarantineMark {
  const form = forms["quarantine mark"];
  const read = readStored<QuarantineMark, QuarantineMark>(form, text, (stored) => stored);
  const whole = read.ok ? attempt(form, () => checked(read.value)) : read;
  if (whole.ok) return whole.value;
  return { code: "RECORD_UNREADABLE", message: whole.error.message, since: 0, reads: "" };
}

function checked({ code, message, hint, since, reads, counted }: QuarantineMark): QuarantineMark {
  const quarantine = quarantineFor(fault(code, String(message), hint === undefined ? {} : { hint }), since);
  if (quarantine === null || !Number.isFinite(since)) throw new TypeError("no mark");
  return { ...quarantine, reads: String(reads), ...(counted === true ? { counted } : {}) };
}

/** Whether a run that only later code could read may be readable by now. */
export const isWorthReading = ({ code, reads }: QuarantineMark, forms: StoredForms): boolean =>
  code === "RECORD_NEWER" && reads !== readableForms(forms);

/** As it is shown: without what concerns the ring alone. */
export const quarantineOf = ({ code, message, hint, since }: QuarantineMark): Quarantine => ({
  code,
  message,
  since,
  ...(hint === undefined ? {} : { hint }),
});

/** The mark of a run that is set aside now. */
export const newMark = (quarantine: Quarantine, forms: StoredForms, since: Instant): QuarantineMark => ({
  ...quarantine,
  since,
  reads: readableForms(forms),
});
