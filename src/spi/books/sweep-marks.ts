/** How far recurring work has come: a few texts by name. Rejects with SERVICE_UNAVAILABLE. */
export interface SweepMarks {
  read(name: string): Promise<string | null>;
  write(name: string, value: string): Promise<void>;
}
