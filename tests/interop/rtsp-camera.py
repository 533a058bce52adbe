#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A network camera: serves a test picture and a tone at rtsp://…:PORT/live.

Usage: rtsp-camera.py [VIDEO-ENCODER-AND-PAYLOADER]
Prints "port N" with the free port it has taken on 127.0.0.1.
"""

import sys

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

H264 = ('x264enc tune=zerolatency key-int-max=30 '
        '! video/x-h264,profile=constrained-baseline ! rtph264pay pt=96')


def main(video=H264):
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_shared(True)
    factory.set_launch(
        '( videotestsrc is-live=true '
        '! video/x-raw,format=I420,width=320,height=240,framerate=30/1 '
        f'! {video} name=pay0 audiotestsrc is-live=true volume=0.1 '
        '! alawenc ! rtppcmapay pt=8 name=pay1 )')
    server = GstRtspServer.RTSPServer()
    server.set_address('127.0.0.1')
    server.set_service('0')
    server.get_mount_points().add_factory('/live', factory)
    server.attach(None)
    print('port', server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 2, loop.quit)
    loop.run()


if __name__ == '__main__':
    main(*sys.argv[1:])
