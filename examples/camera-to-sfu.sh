#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Publishes a camera, a media file or a test picture to an SFU of this machine,
# a Janus, from where any number of browsers watch it. Installs what is missing
# and builds the plugins the first time.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/camera.sh"

usage () {
  gettext "Usage: camera-to-sfu.sh [--port PORT] [--address ADDRESS] [SOURCE]

Publishes SOURCE to a Janus of this machine, from where any number of browsers
watch it. Janus runs with settings of its own and ends with this script.

SOURCE is one of
  /dev/video0            a camera of this machine
  film.mp4               a media file
  rtsp://camera/stream   a network camera; its H.264 is passed on as it is
Without it: the first camera of this machine, or a moving test picture.

  --port PORT        serve the page here; default 8080
  --address ADDRESS  listen on this address; default 127.0.0.1, which only
                     this machine reaches; 0.0.0.0 is for all
  --help             show this text

Ctrl-C ends it. BUILD_DIR says where to build; default: build. WHIP_TOKEN is
what publishers must know; default: one that nobody can guess.
"
}

# Prints the folder that has Janus's plugins.
janus_libraries () {
  local file
  for file in /usr/lib/*/janus/plugins/libjanus_videoroom.so* \
      /usr/lib*/janus/plugins/libjanus_videoroom.so* \
      /usr/local/lib/janus/plugins/libjanus_videoroom.so*; do
    [ -e "$file" ] && echo "${file%/plugins/*}" && return
  done
  fail "$(gettext "The video room of Janus is not installed.")"
}

# A port of 127.0.0.1 where nobody answers.
free_port () {
  local port
  while port=$((20000 + RANDOM)) && (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    :
  done
  echo "$port"
}

secret () {
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

# One room, and nothing of Janus that this does not need. The folder, with the
# secret in it, is for this user alone.
write_settings () {
  local libraries janus_port=$1
  libraries=$(janus_libraries) || exit
  mkdir "$work"/{conf,plugins,transports,none}
  ln -s "$libraries"/plugins/libjanus_videoroom.so* "$work/plugins/"
  ln -s "$libraries"/transports/libjanus_websockets.so* "$work/transports/"
  cat >"$work/conf/janus.jcfg" <<END
general: {
  configs_folder = "$work/conf"
  plugins_folder = "$work/plugins"
  transports_folder = "$work/transports"
  events_folder = "$work/none"
  loggers_folder = "$work/none"
  api_secret = "$JANUS_SECRET"
  debug_level = 3
}
END
  cat >"$work/conf/janus.transport.websockets.jcfg" <<END
general: { ws = true, ws_ip = "127.0.0.1", ws_port = $janus_port }
END
  cat >"$work/conf/janus.plugin.videoroom.jcfg" <<END
room-1: {
  description = "camera"
  publishers = 1
  bitrate = 6000000
  videocodec = "vp8,h264,vp9,av1"
  audiocodec = "opus,pcmu,pcma"
}
END
}

# start COMMAND...: in the background, out of the reach of Ctrl-C, which ends it
# all in order.
start () {
  setsid "$@" &
  started=("$!" "${started[@]}")
}

# The last one first: what publishes says goodbye to Janus.
end_all () {
  local process i
  for process in "${started[@]}"; do
    kill -INT "$process" 2>/dev/null
    for ((i = 0; i < 30; i++)); do
      kill -0 "$process" 2>/dev/null || break
      sleep 0.1
    done
    # One that has only just begun does not hear of the first.
    kill "$process" 2>/dev/null
    wait "$process" 2>/dev/null
  done
  rm -rf "$work"
}

start_sfu () {
  local janus_port
  janus_port=$(free_port)
  write_settings "$janus_port"
  start janus --configs-folder="$work/conf" --config="$work/conf/janus.jcfg" \
    >"$work/janus.log" 2>&1
  start "$(find_python gi || echo python3)" "$here/sfu-bridge.py" \
    "ws://127.0.0.1:$janus_port" "$address" "$port"
  while ! port_answers; do
    if ! kill -0 "${started[0]}" 2>/dev/null; then
      cat "$work/janus.log" >&2
      fail "$(gettext "Janus could not be started; the lines above say why.")"
    fi
    sleep 0.1
  done
}

publish () {
  local host=$address
  [ "$host" != 0.0.0.0 ] || host=127.0.0.1
  [[ $host != *:* ]] || host="[$host]"
  start gst-launch-1.0 --quiet whipsink name=web token="$WHIP_TOKEN" \
    location="http://$host:$port/whip/1" "${pipeline[@]}"
}

read_arguments "$@"
prepare "$here/packages.txt" "$here/packages-sfu.txt"
export WHIP_TOKEN=${WHIP_TOKEN:-$(secret)}
JANUS_SECRET=$(secret)
export JANUS_SECRET
started=()
work=$(mktemp -d)
trap end_all EXIT
trap 'exit 0' INT TERM
start_sfu
publish
announce
wait -n "${started[@]}"
