#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs a command in a network of its own: nothing it sends leaves the machine,
# every port is free, and all it started ends with it. Browsers gather no ICE
# candidates on loopback, so there is a second interface with an address.
# Nothing changes afterwards: Chromium gives up what it loads when an address
# appears, as one does when IPv6 has looked for its like for two seconds.
#
# Usage: isolated.sh COMMAND [ARGUMENT...]
#   TEST_ADDRESS is set to the address for the command (RFC 5737, RFC 3849).

TEST_ADDRESS=192.0.2.1
TEST_ADDRESS6=2001:db8::1
export TEST_ADDRESS TEST_ADDRESS6

isolate="unshare --net --pid --mount --fork --kill-child --mount-proc"
[ "$(id -u)" = 0 ] || isolate="$isolate --user --map-root-user"
if ! $isolate true 2>/dev/null; then
  echo "1..0 # SKIP no network namespaces here"
  exit 0
fi

# shellcheck disable=SC2086,SC2016
exec $isolate sh -c '
  echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad &&
  ip link set lo up &&
  ip link add test0 type veth peer name test1 &&
  ip link set test1 up &&
  ip address add "$TEST_ADDRESS/24" dev test0 &&
  ip -6 address add "$TEST_ADDRESS6/64" dev test0 nodad &&
  ip link set test0 up &&
  ip route add default dev test0 &&
  ip -6 route add default dev test0 || exit 99
  "$@"' sh "$@"
