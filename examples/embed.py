#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Encrypted video between two ends in one process, in Python.

What an application does: it builds a pipeline for each end, tells each the
fingerprint of the other's certificate, and watches the state. With the plugin
built in build:  meson devenv -C build python3 ../examples/embed.py
"""

import contextlib
import gettext
import locale
import os
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst  # noqa: E402

COMMON = '''dtlsenc name=enc connection-id={0} is-client={1} ! out.
  funnel name=out ! udpsink name=to-peer host=127.0.0.1 async=false close-socket=false
  udpsrc name=from-peer address=127.0.0.1 port=0 caps=application/x-srtp,media=video,encoding-name=VP8,clock-rate=90000
  ! dtlssrtpdemux name=demux
  demux.dtls_src ! dtlsdec name=dec connection-id={0} verify=required
  demux.rtp_src ! srtpkeyer name=keyer connection-id={0} '''
CAMERA = ('dtlscertgen videotestsrc is-live=true ! vp8enc deadline=1 '
          '! rtpvp8pay ! keyer.rtp_sink_0 keyer.src ! out. ')
VIEWER = ('dtlscertgen keyer.rtp_src ! rtpvp8depay ! vp8dec '
          '! fakesink name=screen signal-handoffs=true ')
FRAMES = 50

# An application has a domain of its own, and a folder for it. The elements
# speak the language of the locale, too.
with contextlib.suppress(locale.Error):
    locale.setlocale(locale.LC_MESSAGES, '')
_ = gettext.translation('gst-dtls-srtp', os.environ.get('TEXTDOMAINDIR'),
                        fallback=True).gettext


def on_state(dec, _spec, name):
    print(f'{name}: {dec.props.connection_state.value_nick}', flush=True)


def bind(end):
    """Sends from the port where it receives, as firewalls like it."""
    source = end.get_by_name('from-peer')
    source.set_state(Gst.State.READY)
    end.get_by_name('to-peer').props.socket = source.props.used_socket
    end.set_state(Gst.State.READY)  # from here on the certificate is chosen


def introduce(name, end, peer):
    """What signalling does: where an end is, and which certificate it has."""
    port = end.get_by_name('from-peer').props.port
    peer.get_by_name('to-peer').props.port = port
    fingerprint = end.get_by_name('dec').props.fingerprint
    peer.get_by_name('dec').props.peer_fingerprint = fingerprint
    print(f'{name}: {fingerprint}')


def main():
    Gst.init(None)
    if not Gst.ElementFactory.find('dtlscertgen'):
        sys.exit(_('The element dtlscertgen is missing; is GST_PLUGIN_PATH set?'))
    loop = GLib.MainLoop()
    frames = iter(range(1, FRAMES))
    camera = Gst.parse_launch(COMMON.format('camera', True) + CAMERA)
    viewer = Gst.parse_launch(COMMON.format('viewer', False) + VIEWER)
    for name, end in ('camera', camera), ('viewer', viewer):
        end.get_by_name('dec').connect('notify::connection-state', on_state,
                                       name)
        bind(end)
    viewer.get_by_name('screen').connect(
        'handoff', lambda *_frame: next(frames, None) or loop.quit())
    introduce('camera', camera, viewer)
    introduce('viewer', viewer, camera)
    for end in camera, viewer:
        end.set_state(Gst.State.PLAYING)
    loop.run()
    stats = viewer.get_by_name('dec').props.stats
    print(_('Frames: {}, encrypted with {}').format(
        FRAMES, stats.get_string('srtp-cipher')))
    for end in camera, viewer:
        end.set_state(Gst.State.NULL)


if __name__ == '__main__':
    main()
