/** CPU that several functions share, in milliseconds of the sandbox's price list. */
export interface CpuAccount {
  /** Whether a function that may use so much can begin. */
  admits(cpuMs: number): boolean;
  /** A function has used so much. */
  spend(cpuMs: number): void;
}
