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
seconds=${1:-20}
shift || true

[ -f "$build/build.ninja" ] || CC=clang meson setup "$build" "$root" \
  -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
  -Dc_args='-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined'

targets=$(cd "$build" && ninja -t targets all |
  sed -n 's|^\(tests/fuzz/fuzz-[a-z-]*\):.*|\1|p' | sort -u)
ninja -C "$build" $targets >"$build/fuzz-build.log" 2>&1 ||
  { tail -n 30 "$build/fuzz-build.log"; exit 1; }
corpus=$build/corpus
"$build/tests/fuzz/fuzz-seeds" "$corpus"
mkdir -p "$corpus/whep-offer" "$corpus/whep-fragment"
cp "$root"/tests/check/whep/offers/*.sdp "$corpus/whep-offer/"
cp "$root"/tests/check/whep/offers/*.sdp "$corpus/whep-fragment/"

run_target () {
  local name=$1 log=$build/fuzz-$1.log
  mkdir -p "$corpus/$name"
  if "$build/tests/fuzz/fuzz-$name" "$corpus/$name" \
      -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
      -artifact_prefix="$build/$name-" -print_final_stats=1 >"$log" 2>&1; then
    echo "ok      $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
  else
    grep -E 'ERROR|SUMMARY|assert|Test unit written' "$log" | head -n 5
    echo "FAILED  $name: see $log"
    return 1
  fi
}

failed=0
for name in ${*:-$(echo "$targets" | sed 's|.*/fuzz-||' | grep -v '^seeds$')}; do
  run_target "$name" || failed=1
done
exit "$failed"
