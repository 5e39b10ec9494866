import type { WasmMemory } from "./module.ts";

/** Thrown through the interpreter when its heap wants to grow past its limit: nothing inside can catch it. */
export class HeapFull extends Error {}

/** Thrown through the interpreter when the host itself has no memory to give. */
export class HostOutOfMemory extends Error {}

/** Thrown through the interpreter when it gives itself up: a failed assertion, an exit. */
export class InterpreterGone extends Error {}

/** Bytes of a C `struct tm`, as far as it is written. */
const TM_BYTES = 44;
const NO_SUCH_FILE = 52;

/**
 * All the interpreter can ask its host for, by the names of QUICKJS_LABELS. The answers are constants: there is no clock
 * but one that stands at 1970, no time zone but UTC, no environment, no file, no timer and no other module. So nothing
 * that runs inside can tell two runs apart, whatever of the language it gets hold of.
 *
 * @param growHeap makes the heap so many bytes large, or throws HeapFull
 */
export function hostImports(memory: WasmMemory, growHeap: (bytes: number) => void) {
  const words = () => new DataView(memory.buffer);
  const gone = (): never => {
    throw new InterpreterGone();
  };
  return {
    host: {
      memory,
      grow_heap(bytes: number) {
        growHeap(bytes >>> 0);
        return 1;
      },
      date_now: () => 0,
      local_time(_seconds: bigint, at: number) {
        new Uint8Array(memory.buffer, at >>> 0, TM_BYTES).fill(0);
      },
      time_zone(secondsWest: number, hasSummerTime: number, name: number, summerName: number) {
        const view = words();
        view.setInt32(secondsWest, 0, true);
        view.setInt32(hasSummerTime, 0, true);
        view.setUint8(name, 0);
        view.setUint8(summerName, 0);
      },
      environ_sizes_get(count: number, bytes: number) {
        words().setUint32(count, 0, true);
        words().setUint32(bytes, 0, true);
        return 0;
      },
      environ_get: () => 0,
      // Says that all was written, or the caller would try again.
      fd_write(_file: number, parts: number, count: number, written: number) {
        const view = words();
        let bytes = 0;
        for (let part = 0; part < count; part++) bytes += view.getUint32(parts + 8 * part + 4, true);
        view.setUint32(written, bytes, true);
        return 0;
      },
      fd_close: () => NO_SUCH_FILE,
      fd_seek: () => NO_SUCH_FILE,
      set_timer: () => 0,
      clear_keepalive: () => undefined,
      should_interrupt: () => 0,
      // No function of the host is ever given in, and no module is ever looked for.
      call_function: gone,
      normalize_module: gone,
      load_module_source: gone,
      free_host_ref: () => undefined,
      assertion_failed: gone,
      abort: gone,
      exit: gone,
    },
  };
}
