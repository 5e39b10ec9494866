import type { JsonValue } from "../../contracts/json/json.ts";

/** Structured log lines. Every line carries a correlation id; never a payload, never a secret. */
export interface Log {
  info(message: string, fields: LogFields): void;
  warn(message: string, fields: LogFields): void;
  error(message: string, fields: LogFields): void;
}

export interface LogFields {
  readonly correlation_id: string;
  readonly [field: string]: JsonValue;
}
