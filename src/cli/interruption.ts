import { CommandFailure, EXIT, type Shell } from "./shell.ts";

/** What somebody who stops a command must know. */
export interface Notice {
  readonly message: string;
  readonly hint: string;
}

/**
 * Waits for work that may last. A signal that asks the command to end meanwhile is a failure that says what goes on; the
 * work is left where it is, and whoever runs the command ends the process.
 */
export async function unlessStopped<T>(shell: Shell, notice: () => Notice, work: () => Promise<T>): Promise<T> {
  const stop = Promise.withResolvers<never>();
  const unlisten = shell.onStop((signal) => {
    const { message, hint } = notice();
    stop.reject(new CommandFailure(message, { exitCode: EXIT[signal], code: "INTERRUPTED", hint }));
  });
  try {
    const result = await Promise.race([work(), stop.promise]);
    unlisten();
    return result;
  } catch (thrown) {
    // A second signal must not end the process before it has said what there is to say.
    if (!(thrown instanceof CommandFailure) || thrown.code !== "INTERRUPTED") unlisten();
    throw thrown;
  }
}
