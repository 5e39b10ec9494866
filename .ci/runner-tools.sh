#!/usr/bin/env bash
# Installs what tests of runners execute with, where this is root's machine and has apt. Never fails: a test without its tool
# is skipped, and says so.
set -uo pipefail

log=.tmp/ci/runner-tools.log
mkdir -p "$(dirname "$log")"

missing=()
command -v bwrap >/dev/null || missing+=(bubblewrap)
[ -x /usr/bin/python3 ] || [ -x /usr/local/bin/python3 ] || missing+=(python3)
command -v prlimit >/dev/null || missing+=(util-linux)
command -v podman >/dev/null || command -v docker >/dev/null || missing+=(podman runc busybox-static)

if [ "${#missing[@]}" -eq 0 ]; then
  echo "runners: every tool is here"
elif [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "runners: without ${missing[*]}, some tests are skipped"
else
  export DEBIAN_FRONTEND=noninteractive
  {
    timeout 120 apt-get update -q
    # One after the other: one that cannot be had does not keep the others away.
    for package in "${missing[@]}"; do
      timeout 180 apt-get install -q -y --no-install-recommends "$package" || echo "runners: $package cannot be installed"
    done
  } >"$log" 2>&1 </dev/null
  grep "^runners:" "$log" || echo "runners: installed ${missing[*]}"
fi
exit 0
