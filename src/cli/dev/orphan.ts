const LOOK_EVERY_MS = 500;

/**
 * Calls back once when the npm that runs this script is gone. npm passes signals to the shell between the two, and some
 * shells end without passing them on.
 */
export function onOrphaned(callback: () => void): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    callback();
  }, LOOK_EVERY_MS);
  watch.unref();
}
