# SPDX-License-Identifier: LGPL-2.1-or-later
# What camera-to-browser.sh and camera-to-sfu.sh share: their command line, the
# build, and the pipeline from a source to pads of an element named "web".
#
#   usage () { ...; }
#   . examples/camera.sh
#   read_arguments "$@"
#   prepare examples/packages.txt
#
# Afterwards $source, $port and $address are set, and ${pipeline[@]} is what to
# give to gst-launch-1.0. shellcheck shell=bash
. "${BASH_SOURCE[0]%/*}/common.sh"
. "${BASH_SOURCE[0]%/*}/setup.sh"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
build=${BUILD_DIR:-$root/build}

read_arguments () {
  local option
  source='' port=8080 address=127.0.0.1
  while [ $# -gt 0 ]; do
    option=$1
    case $option in
      --help | -h) usage; exit 0 ;;
      --port | --address)
        [ $# -ge 2 ] ||
          fail "$(eval_gettext "\$option needs a value; --help shows how.")" 2
        printf -v "${option#--}" %s "$2"
        shift ;;
      -*) fail "$(eval_gettext "The option \$option is not known; --help lists all.")" 2 ;;
      '') fail "$(gettext "The source is empty; --help shows what it can be.")" 2 ;;
      *)
        [ -z "$source" ] ||
          fail "$(eval_gettext "Only one source at a time: \$source or \$option.")" 2
        source=$option ;;
    esac
    shift
  done
}

check_arguments () {
  local user
  [[ $port =~ ^[0-9]{1,5}$ ]] && ((10#$port >= 1 && 10#$port <= 65535)) ||
    fail "$(eval_gettext "\$port is not a port; it is a number from 1 to 65535.")" 2
  case $source in
    '' | rtsp://?* | rtsps://?*) ;;
    *://*) fail "$(eval_gettext "\$source cannot be shown; only rtsp:// addresses can.")" 2 ;;
    *)
      user=$(id -un)
      [ -e "$source" ] ||
        fail "$(eval_gettext "There is no file or device \$source.")"
      [ ! -d "$source" ] ||
        fail "$(eval_gettext "\$source is a folder, not a file or device.")"
      [ -r "$source" ] ||
        fail "$(eval_gettext "\$source may not be read by \$user.")"
      source=$(realpath -- "$source") ;;
  esac
}

# The log is shown only when the build fails.
build_plugins () {
  local log
  log=$(mktemp)
  if [ ! -f "$build/build.ninja" ]; then
    eval_gettext "Building the plugins into \$build ..."; echo
    meson setup "$build" "$root" --buildtype=release -Dwhep=enabled \
      -Dtests=disabled >"$log" 2>&1
  fi
  if ! meson compile -C "$build" >>"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "$(gettext "The plugins could not be built; the lines above say why.")"
  fi
  rm -f "$log"
}

use_built_plugins () {
  export GST_PLUGIN_PATH_1_0="$build/gst/dtls:$build/gst/whep"
  export GST_REGISTRY="$build/registry.bin"
}

# Does something answer on our address and port?
port_answers () {
  local host=$address
  [ "$host" != 0.0.0.0 ] || host=127.0.0.1
  (: <>"/dev/tcp/$host/$port") 2>/dev/null
}

# Prints the first device that gives a picture; many have one that does not.
first_camera () {
  local device
  for device in /dev/video*; do
    [ -r "$device" ] || continue
    timeout 10 gst-launch-1.0 -q v4l2src device="$device" num-buffers=1 \
      ! fakesink >/dev/null 2>&1 && echo "$device" && return
  done
}

# discover SOURCE: what streams it has, into $streams; why none, into $reason.
discover () {
  streams=$(LC_ALL=C gst-discoverer-1.0 --timeout=10 "$1" 2>&1)
  reason=$(sed -n '/^An error/{n;s/^ */: /;s/\.$//;p}' <<<"$streams")
  grep -qE '(video|audio) #' <<<"$streams"
}

has () {
  grep -q "$1" <<<"$streams"
}

encode_video=(videoconvert ! vp8enc deadline=1 cpu-used=8 threads=2
  keyframe-max-dist=300 target-bitrate=2500000 error-resilient=default)
encode_audio=(audioconvert ! audioresample ! opusenc)

test_pipeline () {
  pipeline=(
    videotestsrc is-live=true pattern=ball background-color=0xff1d3557
    ! video/x-raw,width=960,height=540,framerate=30/1
    ! clockoverlay time-format=%H:%M:%S font-desc='Sans 40'
    ! queue ! "${encode_video[@]}" ! web.
    audiotestsrc is-live=true wave=sine freq=440 volume=0.05
    ! queue ! "${encode_audio[@]}" ! web.)
}

camera_pipeline () {
  pipeline=(v4l2src device="$(quoted "$1")" ! decodebin ! queue
    ! "${encode_video[@]}" ! web.)
}

file_pipeline () {
  discover "$1" ||
    fail "$(eval_gettext "\$source has no picture and no sound that can be played\$reason.")"
  pipeline=(filesrc location="$(quoted "$1")" ! decodebin name=file)
  ! has 'video #' || pipeline+=(file. ! queue ! identity sync=true
    ! "${encode_video[@]}" ! web.)
  ! has 'audio #' || pipeline+=(file. ! queue ! identity sync=true
    ! "${encode_audio[@]}" ! web.)
}

rtsp_pipeline () {
  discover "$1" ||
    fail "$(eval_gettext "No stream comes from \$source\$reason.")"
  pipeline=(rtspsrc location="$(quoted "$1")" latency=200 name=camera)
  if has 'video #.*H\.264'; then
    pipeline+=(camera. ! application/x-rtp,media=video ! queue
      ! rtph264depay ! h264parse config-interval=-1 ! web.)
  elif has 'video #'; then
    pipeline+=(camera. ! application/x-rtp,media=video ! queue
      ! decodebin ! "${encode_video[@]}" ! web.)
  fi
  ! has 'audio #' || pipeline+=(camera. ! application/x-rtp,media=audio
    ! queue ! decodebin ! "${encode_audio[@]}" ! web.)
}

choose_pipeline () {
  case $source in
    rtsp://* | rtsps://*) rtsp_pipeline "$source" ;;
    '')
      source=$(first_camera)
      if [ -n "$source" ]; then
        camera_pipeline "$source"
      else
        source=$(gettext "a test picture")
        test_pipeline
      fi ;;
    *)
      if [ -c "$source" ]; then
        camera_pipeline "$source"
      else
        file_pipeline "$source"
      fi ;;
  esac
}

# prepare LIST...: all that is needed before something can be started.
prepare () {
  check_arguments
  setup_packages "$@" || exit
  build_plugins
  use_built_plugins
  ! port_answers ||
    fail "$(eval_gettext "Port \$port is in use; choose another one with --port.")"
  choose_pipeline
}

# Prints the address once the page is served, or nothing if it never is.
announce () {
  while kill -0 $$ 2>/dev/null; do
    if port_answers; then
      [[ $address != *:* ]] || address="[$address]"
      eval_gettext "Showing \$source. Open http://\$address:\$port/ ; Ctrl-C ends it."
      echo
      return
    fi
    sleep 0.1
  done
}
