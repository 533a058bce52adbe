#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the libFuzzer targets with clang, AddressSanitizer and
# UndefinedBehaviorSanitizer, and lets each run for a while. What a target
# learns stays in the build folder for the next time. Ends with an error, and
# the path of the input, when one of them crashed, leaked or hung.
#
# Usage: tests/fuzz/run.sh [SECONDS [TARGET...]]
#   SECONDS     for each target; default: 20
#   TARGET      only these, e.g. record-gate; default: all
#   BUILD_DIR   where to build; default: build-fuzz at the top
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BUILD_DIR:-$root/build-fuzz}
corpus=$build/corpus
seconds=${1:-20}
shift || true

# No result of an earlier run is taken for this one's.
rm -f "$build"/meson-logs/testlog*

[ -f "$build/build.ninja" ] || CC=clang meson setup "$build" "$root" \
  -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
  -Dc_args='-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined'
ninja -C "$build" fuzz >"$build/fuzz-build.log" 2>&1 ||
  { tail -n 30 "$build/fuzz-build.log"; exit 1; }

mkdir -p "$corpus/whep-offer" "$corpus/whep-fragment"
"$build/tests/fuzz/fuzz-seeds" "$corpus"
cp "$root"/tests/check/whep/offers/*.sdp "$corpus/whep-offer/"
cp "$root"/tests/check/whep/offers/*.sdp "$corpus/whep-fragment/"

status=0
meson test -C "$build" --no-rebuild --suite fuzz --print-errorlogs \
  --test-args="-max_total_time=$seconds" "$@" || status=$?
awk '/^test: / { name = $NF }
  /^stat::number_of_executed_units/ { print name ": " $2 " inputs" }' \
  "$build/meson-logs/testlog.txt"
exit "$status"
