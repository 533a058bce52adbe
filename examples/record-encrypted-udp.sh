#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Records an encrypted video that comes over UDP, without decoding it. Either
# end may be the DTLS client, which begins the handshake; the other waits.
#
#   shell 1:  examples/record-encrypted-udp.sh record film.webm
#   shell 2:  examples/record-encrypted-udp.sh camera client
#
# or, with the roles exchanged,
#
#   shell 1:  examples/record-encrypted-udp.sh record film.webm client
#   shell 2:  examples/record-encrypted-udp.sh camera
#
# The recorder is also the other end of "encrypted-udp-pair.sh camera".
# Identities are made once, in the current folder. Ctrl-C closes the file.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"
export GST_PLUGIN_PATH=${GST_PLUGIN_PATH:-$here/../build/gst/dtls}

usage () {
  gettext "Usage: record-encrypted-udp.sh record FILE.webm|FILE.mkv [client]
       record-encrypted-udp.sh camera [client]
One of the two is the client."
}

role=server
case ${1:-} in
  record) end=record file=${2:-} wanted=${3:-} last=3 ;;
  camera) end=camera file='' wanted=${2:-} last=2 ;;
  *) fail "$(usage)" 2 ;;
esac
[ $# -le $last ] || fail "$(usage)" 2
case $wanted in
  '' | server) ;;
  client) role=client ;;
  *) fail "$(usage)" 2 ;;
esac

case $end:$file in
  camera:) muxer='' ;;
  record:?*.webm) muxer=webmmux ;;
  record:?*.mkv) muxer=matroskamux ;;
  *) fail "$(eval_gettext "\"\$file\" is no name for a film. It ends with .webm or .mkv.")" 2 ;;
esac
if [ $end = record ] && [ -e "$file" ]; then
  fail "$(eval_gettext "\$file is there already and would be overwritten.")"
fi

gst-inspect-1.0 --exists dtlscertgen 2>/dev/null ||
  fail "$(eval_gettext "The plugin is not in \$GST_PLUGIN_PATH. Build it first: meson setup build && meson compile -C build")"

for name in viewer camera; do
  [ -f $name.crt ] ||
    gst-launch-1.0 -q dtlscertgen location=$name.pem ! filesink location=$name.crt
done

fingerprint () {
  openssl x509 -noout -fingerprint -sha256 -in "$1"
}

is_client=false
[ $role = server ] || is_client=true

# The decoder's half and the encoder's half of DTLS share a connection-id, and
# so does the srtpkeyer, which turns SRTP into RTP or RTP into SRTP.
if [ $end = record ]; then
  exec gst-launch-1.0 --eos-on-shutdown dtlscertgen location=viewer.pem \
    udpsrc address=127.0.0.1 port=5000 caps="application/x-srtp, media=video, encoding-name=VP8, clock-rate=90000" \
    ! dtlssrtpdemux name=demux \
    demux.rtp_src ! srtpkeyer connection-id=camera ! rtpjitterbuffer ! rtpvp8depay ! $muxer ! filesink location="$(quoted "$file")" \
    demux.dtls_src ! dtlsdec connection-id=camera peer-fingerprint="$(fingerprint camera.crt)" \
    dtlsenc connection-id=camera is-client=$is_client ! udpsink async=false host=127.0.0.1 port=5002
fi
exec gst-launch-1.0 dtlscertgen location=camera.pem \
  videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay ! srtpkeyer connection-id=viewer ! udpsink async=false host=127.0.0.1 port=5000 \
  udpsrc address=127.0.0.1 port=5002 ! dtlsdec connection-id=viewer peer-fingerprint="$(fingerprint viewer.crt)" \
  dtlsenc connection-id=viewer is-client=$is_client ! udpsink async=false host=127.0.0.1 port=5000
