#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what the tests need, builds with warnings as errors, runs all tests.
# What failed is said again at the end. The last line says "N passed, M failed"
# and ", K skipped" where some were.
#
# Usage: tests/run.sh [SUITE...]
#   SUITE       only these of meson's suites (engine, srtp, dtls, whep, ...),
#               and without the other builds
#   BUILD_DIR   where to build; default: build-tests beside this folder
#
# The tests in check run a second time in a build with AddressSanitizer and
# UndefinedBehaviorSanitizer, in BUILD_DIR-sanitized, and those of the elements
# once more with ThreadSanitizer, in BUILD_DIR-threads. The fuzzers of fuzz run
# for some seconds each, in BUILD_DIR-fuzz; tests/fuzz/run.sh runs them longer.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
build=${BUILD_DIR:-$root/build-tests}
since=0
parts=()
export LC_ALL=C.UTF-8

# Ends the run before any test could start: that is a failure too.
give_up () {
  echo "$1"
  echo "0 passed, 1 failed"
  exit 1
}

# What npm installed is taken as long as the lock file has not changed.
install_node_modules () {
  local dir=$here/interop
  cmp -s "$dir/package-lock.json" "$dir/node_modules/.installed" && return
  (cd "$dir" && npm ci --ignore-scripts </dev/null) &&
    cp "$dir/package-lock.json" "$dir/node_modules/.installed"
}

# configure DIR OPTION...: once; ninja looks after later changes.
configure () {
  [ -f "$1/build.ninja" ] && return
  meson setup "$1" "$root" -Dwerror=true -Dauto_features=enabled "${@:2}"
}

# scan_plugins DIR: the tests find GStreamer's own plugins in the registry, and
# no test has to load them all.
scan_plugins () {
  GST_REGISTRY=$1/tests/check/registry.bin gst-inspect-1.0 --exists fakesink
}

# run_suites DIR PROCESSES SUITE...: builds what is missing for these tests;
# results go to DIR/meson-logs.
run_suites () {
  local dir=$1 suite args=(--num-processes "$2")
  shift 2
  for suite in "$@"; do args+=(--suite "$suite"); done
  rm -f "$dir"/meson-logs/testlog*
  scan_plugins "$dir"
  meson test -C "$dir" --print-errorlogs --timeout-multiplier 4 "${args[@]}"
}

run_sanitized () {
  local dir=$build-sanitized
  configure "$dir" -Db_sanitize=address,undefined -Db_lundef=false || return
  # They wait for a part of their time.
  run_suites "$dir" $((2 * $(nproc))) engine srtp dtls whep
}

# Keeps how long the last part took.
end_part () {
  parts+=("$1 $((SECONDS - since)) s")
  since=$SECONDS
}

. "$root/examples/setup.sh"
setup_packages "$root/examples/packages.txt" \
  "$root/examples/packages-sfu.txt" "$root/docs/packages.txt" \
  "$here/packages.txt" || give_up "The tests' packages could not be installed."

install_node_modules || give_up "npm could not install the browser driver."
end_part packages
configure "$build" || give_up "meson could not set up $build."
meson compile -C "$build" || give_up "The build failed."
end_part build
run_suites "$build" "$(nproc)" "$@"
end_part tests
logs=("$build/meson-logs")
if [ $# = 0 ]; then
  run_sanitized
  end_part AddressSanitizer
  BUILD_DIR=$build-threads "$here/sanitizers/threads.sh"
  end_part ThreadSanitizer
  BUILD_DIR=$build-fuzz "$here/fuzz/run.sh" 3
  end_part fuzzers
  logs+=("$build-sanitized/meson-logs" "$build-threads/meson-logs" \
    "$build-fuzz/meson-logs")
fi

printf '%s\n' "${parts[@]}"
python3 "$here/failures.py" "${logs[@]}"
exec python3 "$here/count.py" "${logs[@]}"
