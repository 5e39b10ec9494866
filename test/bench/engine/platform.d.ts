/** The part of Workflows that its contender uses, beside what the loop benchmark declares of the platform. */
declare module "cloudflare:workers" {
  export interface WorkflowEvent<Params> {
    readonly payload: Params;
  }

  export interface WorkflowStep {
    do<T>(name: string, work: () => Promise<T>): Promise<T>;
  }

  export abstract class WorkflowEntrypoint<Env = unknown, Params = unknown> {
    protected readonly env: Env;
    abstract run(event: WorkflowEvent<Params>, step: WorkflowStep): Promise<unknown>;
  }

  export interface WorkflowInstance {
    readonly id: string;
    status(): Promise<{ readonly status: string; readonly output?: unknown; readonly error?: unknown }>;
  }

  export interface Workflow<Params> {
    create(options: { readonly params: Params }): Promise<WorkflowInstance>;
    /** The local engine's own promise of a status; tests use it, production has none. */
    unsafeWaitForStatus(instanceId: string, status: string): Promise<void>;
  }
}
