#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes an identity for DTLS: a certificate and its private key, in a file that
# only its owner may read. Prints the fingerprint to tell the other end.
#
# Usage: make-certificate.sh FILE [KEY-TYPE]
#   FILE      certificate and key go here; a file that is there is read
#   KEY-TYPE  ecdsa-p256 (default), ecdsa-p384, rsa-2048, rsa-3072
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  fail "$(gettext "Usage: make-certificate.sh FILE [KEY-TYPE]")" 2
fi
key_type=${2:-ecdsa-p256}
case $key_type in
  ecdsa-p256 | ecdsa-p384 | rsa-2048 | rsa-3072) ;;
  *) fail "$(eval_gettext "\$key_type is not a type of key; take ecdsa-p256, ecdsa-p384, rsa-2048 or rsa-3072.")" 2 ;;
esac

export GST_PLUGIN_PATH=${GST_PLUGIN_PATH:-$here/../build/gst/dtls}
gst-inspect-1.0 dtlscertgen >/dev/null 2>&1 ||
  fail "$(eval_gettext "The plugin is not in \$GST_PLUGIN_PATH. Build it first: meson setup build && meson compile -C build")"

# The element tells its fingerprint in a message.
messages=$(gst-launch-1.0 -m dtlscertgen location="$1" key-type="$key_type" \
  ! fakesink 2>&1) ||
  fail "$(sed -n 's/^[^ ]*:.* \/GstPipeline[^ ]*: //p' <<<"$messages" | head -n 1)"
sed -nE 's/.*dtls-certificate.*fingerprint=\(string\)"([^"]*)".*/\1/p' \
  <<<"$messages" | sed 's/\\//g'
