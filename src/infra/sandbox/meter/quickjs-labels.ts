import type { Labels } from "./relabel.ts";

/**
 * What the letters of the pinned interpreter mean. They are given anew with every release of the package, in its file
 * `emscripten-module.mjs`: whoever raises the pin reads them there again.
 */
export const QUICKJS_LABELS: Labels & { readonly sha256: string } = {
  /** Of the file the letters were read from. */
  sha256: "3b0757e4b1051a5f344322ad6a02c075dadff70cdb50d37b7df6c120d4af77e9",
  module: "host",
  imports: {
    a: "memory",
    b: "assertion_failed",
    c: "fd_write",
    d: "fd_close",
    e: "environ_get",
    f: "environ_sizes_get",
    g: "normalize_module",
    h: "load_module_source",
    i: "should_interrupt",
    j: "set_timer",
    k: "grow_heap",
    l: "clear_keepalive",
    m: "local_time",
    n: "time_zone",
    o: "fd_seek",
    p: "date_now",
    q: "abort",
    r: "exit",
    s: "call_function",
    t: "free_host_ref",
  },
  exports: {
    u: "initialize",
    v: "malloc",
    D: "set_max_stack_size",
    E: "get_undefined",
    K: "new_runtime",
    N: "new_context",
    _: "new_string",
    $: "get_string",
    ga: "execute_pending_jobs",
    ia: "get_element",
    ma: "call",
    na: "resolve_exception",
    pa: "evaluate",
    wa: "promise_state",
    xa: "promise_result",
  },
  memory: { initial: 96, maximum: 32_768 },
};
