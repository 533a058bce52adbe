#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs both commands of README.md in a minimal Debian 12 with nothing on it,
# because a machine that has the packages hides a missing one. Takes a while.
#
# Usage: tests/clean-room.sh [DIR]     as root
#   DIR is made and kept for a look; one that is there is used as it is.
#   It needs debootstrap and takes the mirror and the certificate authorities
#   of this machine.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
room=${1:-$(mktemp -d)/room}
port=18080

# Debian's mirror, out of either form of apt's lists.
find_mirror () {
  sed -nE -e 's/^URIs: *([^ ]*debian\/?)$/\1/p' \
    -e 's/^deb +(\[[^]]*\] +)?([^ ]+) +bookworm .*/\2/p' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
    head -n 1
}

make_room () {
  [ ! -e "$room/etc" ] || return 0
  debootstrap --variant=minbase bookworm "$room" "$(find_mirror)" \
    >"$room.log" 2>&1 || { tail "$room.log"; exit 1; }
  if [ -f /etc/apt/sources.list.d/debian.sources ]; then
    cp /etc/apt/sources.list.d/debian.sources "$room/etc/apt/sources.list.d/"
    rm -f "$room/etc/apt/sources.list"
  fi
  cp /etc/resolv.conf /etc/hosts "$room/etc/"
  cat /etc/ssl/certs/ca-certificates.crt >"$room/etc/extra-ca.crt"
}

take_sources () {
  rm -rf "$room/src"
  mkdir "$room/src"
  git -C "$root" archive HEAD | tar -x -C "$room/src"
}

# in_room COMMAND...: its mounts and processes go when it ends. The room is a
# mount point, or no namespace could be made inside.
in_room () {
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child sh -c '
    mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
      mount --rbind /sys "$0/sys" && exec env -i HOME=/root TERM=dumb CI=true \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin NODE_EXTRA_CA_CERTS=/etc/extra-ca.crt \
        chroot "$0" "$@"' "$room" "$@" </dev/null
}

# Starts the example, waits for the address, reads the page, presses Ctrl-C.
# shellcheck disable=SC2016
example='
  cd /src
  set -m
  examples/camera-to-browser.sh --port $0 >/tmp/example.log 2>&1 & pid=$!
  until grep -q "Open http" /tmp/example.log; do
    kill -0 $pid 2>/dev/null || { cat /tmp/example.log; exit 1; }
    sleep 0.2
  done
  exec 3<>/dev/tcp/127.0.0.1/$0
  printf "GET / HTTP/1.0\r\nHost: 127.0.0.1:$0\r\n\r\n" >&3
  read -r answer <&3
  echo "$answer"
  [[ $answer == *" 200 "* ]] || exit 1
  kill -INT $pid
  wait $pid; status=$?
  tail -n 2 /tmp/example.log
  exit $status'

# timed TITLE COMMAND...
timed () {
  local start=$SECONDS status=0
  "${@:2}" || status=$?
  echo "$1: $((SECONDS - start)) s, exit status $status"
  return "$status"
}

mkdir -p "$(dirname "$room")"
timed "Making a minimal Debian in $room" make_room
take_sources
timed "camera-to-browser.sh, the first time" \
  in_room bash -c "$example" "$port"
timed "camera-to-browser.sh, set up before" \
  in_room bash -c "$example" "$port"
timed "tests/run.sh" in_room /src/tests/run.sh
