#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows a camera, a media file or a test picture in a browser, encrypted end
# to end. Installs what is missing and builds the plugins the first time.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/camera.sh"

usage () {
  gettext "Usage: camera-to-browser.sh [--port PORT] [--address ADDRESS] [SOURCE]

Shows SOURCE in any number of browsers, over an encrypted WebRTC connection.

SOURCE is one of
  /dev/video0            a camera of this machine
  film.mp4               a media file
  rtsp://camera/stream   a network camera; its H.264 is passed on as it is
Without it: the first camera of this machine, or a moving test picture.

  --port PORT        serve the page here; default 8080
  --address ADDRESS  listen on this address; default 127.0.0.1, which only
                     this machine reaches; 0.0.0.0 is for all
  --help             show this text

Ctrl-C ends it. BUILD_DIR says where to build; default: build.
"
}

read_arguments "$@"
prepare "$here/packages.txt"
announce &
exec gst-launch-1.0 --quiet whepsink name=web address="$address" \
  port="$port" "${pipeline[@]}"
