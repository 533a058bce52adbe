#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Looks for data races and for locks that are taken in two orders: builds with
# ThreadSanitizer, and runs the tests of the elements and a part of the stress
# tests. What it finds is printed, and the exit status tells.
#
# Usage: tests/sanitizers/threads.sh [TEST...]
#   TEST           only these of meson's tests
#   BUILD_DIR      where to build; default: build-threads beside tests
#   STRESS_PERCENT how much of the stress tests to run; default: 10
#
# glib-tsan.c tells the sanitizer of GLib's locks, tsan.supp which orders are
# not ours, and planted.c has a race and an order that must be found.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${BUILD_DIR:-$root/build-threads}
export LC_ALL=C.UTF-8
export STRESS_PERCENT=${STRESS_PERCENT:-10}

[ -f "$build/build.ninja" ] || meson setup "$build" "$root" \
  -Db_sanitize=thread -Db_lundef=false -Dexamples=disabled
GST_REGISTRY=$build/tests/check/registry.bin gst-inspect-1.0 --exists fakesink
tests=(--suite sanitizers --suite dtls --suite whep --suite stress)
[ $# = 0 ] || tests=("$@")
rm -f "$build"/meson-logs/testlog*
# Builds what these tests need and no more; they wait for most of their time.
meson test -C "$build" --print-errorlogs --timeout-multiplier 4 \
  --num-processes $((2 * $(nproc))) "${tests[@]}"
