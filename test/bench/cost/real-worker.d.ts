/** The Worker as far as its meter handles it: its own types cannot be loaded beside Node's. */
export interface Message {
  readonly id: string;
  readonly body: unknown;
  readonly attempts: number;
  ack(): void;
  retry(options?: unknown): void;
}

export interface Batch {
  readonly queue: string;
  readonly messages: readonly Message[];
}

export type ObjectClass = new (ctx: never, env: never) => { alarm(): Promise<void> };

declare const worker: {
  fetch(request: Request, env: object, ctx: object): Promise<Response>;
  queue(batch: Batch, env: object): Promise<void>;
  scheduled(controller: { readonly scheduledTime: number; readonly cron: string }, env: object): Promise<void>;
};
export default worker;
export const RunRing: ObjectClass;
export const TrustMemory: ObjectClass;
