#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Encrypted video over UDP between two shells, without signalling: each end
# knows the other's address and the fingerprint of its certificate.
#
#   shell 1:  examples/encrypted-udp-pair.sh viewer
#   shell 2:  examples/encrypted-udp-pair.sh camera
#
# Certificates and private keys are made once, in the current folder. README
# has the same lines, to copy from. "viewer --any-peer" and "camera --any-peer"
# need no files and compare no fingerprints: nobody who only listens learns
# anything, but each end takes whoever answers for its peer.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"
export GST_PLUGIN_PATH=${GST_PLUGIN_PATH:-$here/../build/gst/dtls}

if ! gst-inspect-1.0 dtlscertgen >/dev/null 2>&1; then
  fail "$(eval_gettext "The plugin is not in \$GST_PLUGIN_PATH. Build it first: meson setup build && meson compile -C build")"
fi

case "$*" in
viewer | camera)
for end in viewer camera; do
  [ -f $end.crt ] ||
gst-launch-1.0 -q dtlscertgen location=$end.pem ! filesink location=$end.crt
done
;;
esac

case "$*" in
viewer)
gst-launch-1.0 dtlscertgen location=viewer.pem \
  udpsrc address=127.0.0.1 port=5000 caps="application/x-srtp, media=video, encoding-name=VP8, clock-rate=90000" \
  ! dtlssrtpdemux name=demux \
  demux.rtp_src ! srtpkeyer connection-id=camera ! rtpjitterbuffer ! rtpvp8depay ! vp8dec ! videoconvert ! autovideosink \
  demux.dtls_src ! dtlsdec connection-id=camera peer-fingerprint="$(openssl x509 -noout -fingerprint -sha256 -in camera.crt)" \
  dtlsenc connection-id=camera ! udpsink async=false host=127.0.0.1 port=5002
;;
camera)
gst-launch-1.0 dtlscertgen location=camera.pem \
  videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay ! srtpkeyer connection-id=viewer ! udpsink async=false host=127.0.0.1 port=5000 \
  udpsrc address=127.0.0.1 port=5002 ! dtlsdec connection-id=viewer peer-fingerprint="$(openssl x509 -noout -fingerprint -sha256 -in viewer.crt)" \
  dtlsenc connection-id=viewer is-client=true ! udpsink async=false host=127.0.0.1 port=5000
;;
"viewer --any-peer")
gst-launch-1.0 \
  udpsrc address=127.0.0.1 port=5000 caps="application/x-srtp, media=video, encoding-name=VP8, clock-rate=90000" \
  ! dtlssrtpdemux name=demux \
  demux.rtp_src ! srtpkeyer connection-id=camera ! rtpjitterbuffer ! rtpvp8depay ! vp8dec ! videoconvert ! autovideosink \
  demux.dtls_src ! dtlsdec connection-id=camera verify=none \
  dtlsenc connection-id=camera ! udpsink async=false host=127.0.0.1 port=5002
;;
"camera --any-peer")
gst-launch-1.0 \
  videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay ! srtpkeyer connection-id=viewer ! udpsink async=false host=127.0.0.1 port=5000 \
  udpsrc address=127.0.0.1 port=5002 ! dtlsdec connection-id=viewer verify=none \
  dtlsenc connection-id=viewer is-client=true ! udpsink async=false host=127.0.0.1 port=5000
;;
*)
  fail "$(gettext "Usage: encrypted-udp-pair.sh viewer|camera [--any-peer]")" 2
;;
esac
