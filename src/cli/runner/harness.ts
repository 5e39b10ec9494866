/** The descriptors between a runner and the harness: the call comes in on one, the closing message goes out on the other. */
export const RESULT_FD = 3;
export const CALL_FD = 4;
/** Where the sandbox reads what must not stand on its command line. */
export const ARGS_FD = 5;

/**
 * What loads a Python node and calls its `run`: the standard library alone. The result travels on a descriptor of its own,
 * which the node's own processes do not inherit, so that nothing the node prints is ever taken for it.
 */
export const PYTHON_HARNESS = `
import importlib, importlib.util, inspect, json, os, sys, traceback

def reply(out, message):
    out.write(json.dumps(message, ensure_ascii=True, allow_nan=False).encode("ascii") + b"\\n")
    out.flush()

def failure(code, message, retryable=None):
    error = {"code": code, "message": message[:2000]}
    if retryable is not None:
        error["retryable"] = retryable
    return {"ok": False, "error": error}

def load(target):
    if target.endswith(".py"):
        sys.path.insert(0, os.path.dirname(target))
        spec = importlib.util.spec_from_file_location("node", target)
        module = importlib.util.module_from_spec(spec)
        sys.modules["node"] = module
        spec.loader.exec_module(module)
        return getattr(module, "run")
    name, _, function = target.partition(":")
    return getattr(importlib.import_module(name), function or "run")

def call(run, state, context):
    try:
        count = len([p for p in inspect.signature(run).parameters.values()
                     if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)])
    except (TypeError, ValueError):
        count = 1
    result = run(state, context) if count > 1 else run(state)
    if inspect.iscoroutine(result):
        import asyncio
        result = asyncio.run(result)
    return result

def main():
    for fd in (${RESULT_FD}, ${CALL_FD}):
        os.set_inheritable(fd, False)
    with os.fdopen(${CALL_FD}, "rb") as source:
        given = json.loads(source.read())
    out = os.fdopen(${RESULT_FD}, "wb")
    try:
        run = load(given["target"])
    except (AttributeError, ImportError) as problem:
        traceback.print_exc()
        return reply(out, failure("INVALID_CONFIGURATION", "%s: %s" % (type(problem).__name__, problem), False))
    except BaseException as problem:
        traceback.print_exc()
        return reply(out, failure("SANDBOX_ERROR", "%s: %s" % (type(problem).__name__, problem), False))
    try:
        result = call(run, given["input"], given["context"])
        if not isinstance(result, dict):
            return reply(out, failure("OUTPUT_STATE_INVALID", "run returned %s, not a dict" % type(result).__name__, False))
        try:
            text = json.dumps({"ok": True, "output": result}, ensure_ascii=True, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as problem:
            return reply(out, failure("OUTPUT_STATE_INVALID", "run returned what is no JSON: %s" % problem, False))
        sys.stdout.flush()
        sys.stderr.flush()
        out.write(text.encode("ascii") + b"\\n")
        out.flush()
    except MemoryError:
        reply(out, failure("SANDBOX_MEMORY", "run used more memory than it may", False))
    except BaseException as problem:
        traceback.print_exc()
        reply(out, failure("HANDLER_EXECUTION_ERROR", "%s: %s" % (type(problem).__name__, problem)))

main()
`;
