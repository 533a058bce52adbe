#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Measures this plugin and the OpenSSL-based one of the system in turns, and
# writes a table (bench.md) and a chart (bench.svg). Every value is in
# bench/bench.json of the build folder.
#
# Usage: tests/bench/run.sh [--quick] [--minutes N] [--rounds N] [--only WORD]
#                           [--out DIR]
#   --quick     short runs, one round: whether it works, not how fast
#   --minutes   how long it may measure, without building; default: 12
#   --rounds    how often everything is measured at most; default: 5
#   --only      cases with this word in their name
#   --out       where the results go; default: bench in the build folder
#   BUILD_DIR   where to build; default: build-bench beside tests
# Exits with 1, and says what, when something could not be measured.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$(dirname "$here")")
build=${BUILD_DIR:-$root/build-bench}
export LC_ALL=C.UTF-8

. "$root/examples/setup.sh"
setup_packages "$root/examples/packages.txt" "$here/../packages.txt" \
  "$here/packages.txt"
[ -d "$here/../interop/node_modules" ] ||
  (cd "$here/../interop" && npm ci --ignore-scripts </dev/null)
[ -f "$build/build.ninja" ] || meson setup --buildtype=release "$build" "$root"
meson compile -C "$build" bench
exec python3 "$here/bench.py" --build "$build" "$@"
