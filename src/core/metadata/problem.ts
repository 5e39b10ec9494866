/**
 * The error taxonomy of the metadata protocol: every code with its meaning and severity, in one table. Families: SC
 * schema, LC lifecycle, MD metadata block, RG registry and tree, ST state contract.
 */
export const PROBLEM_CODES = {
  SC001: ["invalid JSON or YAML syntax", "error"],
  SC002: ["schema validation failed", "error"],
  SC003: ["missing required field", "error"],
  SC004: ["wrong field type", "error"],
  SC005: ["value is not one of the allowed ones", "error"],
  SC006: ["value out of range", "error"],
  SC007: ["value does not match the required pattern", "error"],
  SC008: ["unsupported schema version", "error"],
  SC009: ["deprecated field", "warning"],
  SC010: ["unknown field", "warning"],
  LC001: ["invalid lifecycle value", "error"],
  LC002: ["field required by the lifecycle is missing", "error"],
  LC003: ["lifecycle transition not allowed", "error"],
  LC004: ["transition needs an approval", "error"],
  LC005: ["deprecated without a replacement", "error"],
  LC006: ["archived without a reason", "error"],
  LC007: ["draft where only finished work is allowed", "warning"],
  LC008: ["transition without notice", "warning"],
  MD001: ["no metadata block", "error"],
  MD002: ["malformed metadata block", "error"],
  MD003: ["hash mismatch", "error"],
  MD004: ["invalid UUID", "error"],
  MD005: ["invalid timestamp", "error"],
  MD006: ["version missing", "error"],
  MD007: ["invalid version", "error"],
  MD008: ["invalid namespace", "error"],
  MD009: ["UUID used more than once", "error"],
  MD010: ["incompatible metadata version", "error"],
  RG001: ["artifact not found", "error"],
  RG002: ["artifact registered twice", "error"],
  RG003: ["invalid artifact type", "error"],
  RG004: ["tree index missing", "error"],
  RG005: ["tree index out of sync", "error"],
  RG006: ["circular dependency", "error"],
  RG007: ["missing dependency", "error"],
  RG008: ["version conflict", "error"],
  RG009: ["registry damaged", "error"],
  RG010: ["unfinished artifact in production", "warning"],
  ST001: ["invalid state contract", "error"],
  ST002: ["input state missing", "error"],
  ST003: ["output state missing", "error"],
  ST004: ["state contract disagrees with the metadata", "error"],
  ST005: ["invalid state transition", "error"],
  ST006: ["required state field missing", "error"],
  ST007: ["invalid state schema", "error"],
  ST008: ["state contract not found", "error"],
  ST009: ["state contracts are incompatible", "error"],
  ST010: ["state does not satisfy its schema", "error"],
} as const satisfies Record<string, readonly [meaning: string, severity: Severity]>;

/** An error makes a verdict invalid, a warning does not. */
export type Severity = "error" | "warning";
/** A code of the taxonomy. */
export type ProblemCode = keyof typeof PROBLEM_CODES;

/** One finding: what is wrong, where, and what to do about it. */
export interface MetadataProblem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly message: string;
  /** 1-based line in the text that was read; null when the finding has no line. */
  readonly line: number | null;
  /** The metadata field at fault, as a dotted path. */
  readonly field?: string;
  readonly hint: string;
}

/** Builds a finding; severity comes from the table unless given. */
export function problem(
  code: ProblemCode,
  message: string,
  hint: string,
  extra: { readonly line?: number | null; readonly field?: string; readonly severity?: Severity } = {},
): MetadataProblem {
  return {
    code,
    severity: extra.severity ?? PROBLEM_CODES[code][1],
    message,
    line: extra.line ?? null,
    ...(extra.field === undefined ? {} : { field: extra.field }),
    hint,
  };
}

/** True when at least one finding is an error rather than a warning. */
export const hasErrors = (problems: readonly MetadataProblem[]): boolean =>
  problems.some((entry) => entry.severity === "error");
