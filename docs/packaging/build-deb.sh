#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds a Debian package of this checkout with dpkg-buildpackage. Needs the
# packages of debian/control; "apt-get build-dep docs/packaging" installs them.
#
# Usage: build-deb.sh [FOLDER]
#   FOLDER  where the .deb goes; default: the current folder
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=$(cd "${1:-.}" && pwd)

for tool in dpkg-buildpackage dh; do
  command -v $tool >/dev/null || {
    echo "$tool is missing: apt-get install dpkg-dev debhelper" >&2
    exit 1
  }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/source"
cd "$root"
tar -c COPYING README.md meson.build meson_options.txt docs examples gst po |
  tar -x -C "$work/source"
cp -r "$here/debian" "$work/source/debian"
cd "$work/source"
dpkg-buildpackage --build=binary --no-sign
cp "$work"/*.deb "$folder"
ls "$folder"/gstreamer1.0-dtls-srtp_*.deb
