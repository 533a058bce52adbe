#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One webrtcbin that sends video and sound and takes what it is sent.

Signalling is a JSON object a line: offer and answer go both ways as
{"type": ..., "sdp": ...}, candidates as {"candidate": ..., "sdpMLineIndex":
...}. It tells {"plugin": FILE}, {"frames": N}, {"sounds": N}, {"message": TEXT}
and {"error": TEXT} on its way. Data channel messages are sent back.
"""

import argparse
import json
import sys
import threading

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstSdp', '1.0')
gi.require_version('GstWebRTC', '1.0')
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

SOURCES = '''
  webrtcbin name=rtc bundle-policy=max-bundle
  videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=15/1
    ! vp8enc deadline=1 keyframe-max-dist=9999 ! rtpvp8pay
    ! capsfilter caps=application/x-rtp,media=video,encoding-name=VP8,payload=96
    ! rtc.
  audiotestsrc is-live=true ! opusenc ! rtpopuspay
    ! capsfilter caps=application/x-rtp,media=audio,encoding-name=OPUS,payload=111
    ! rtc.
'''
DECODERS = {
    'video': ('frames', 'rtpvp8depay request-keyframe=true ! vp8dec'),
    'audio': ('sounds', 'rtpopusdepay ! opusdec'),
}


def tell(**words):
    print(json.dumps(words), flush=True)


class Peer:
    def __init__(self, offers):
        self.offers = offers
        self.counts = {'frames': 0, 'sounds': 0}
        self.pipeline = Gst.parse_launch(SOURCES)
        self.rtc = self.pipeline.get_by_name('rtc')
        self.rtc.connect('on-negotiation-needed', self.on_negotiation_needed)
        self.rtc.connect('on-ice-candidate', self.on_candidate)
        self.rtc.connect('on-data-channel', self.on_data_channel)
        self.rtc.connect('pad-added', self.on_pad_added)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message::error', self.on_error)
        bus.connect('message::latency',
                    lambda *_: self.pipeline.recalculate_latency())

    def start(self):
        self.pipeline.set_state(Gst.State.READY)
        if self.offers:
            channel = self.rtc.emit('create-data-channel', 'chat', None)
            channel.connect('on-open',
                            lambda c: c.emit('send-string', 'from webrtcbin'))
            channel.connect('on-message-string',
                            lambda _, text: tell(message=text))
        self.pipeline.set_state(Gst.State.PLAYING)

    def on_error(self, _, message):
        tell(error=message.parse_error()[0].message)

    def on_candidate(self, _, line, candidate):
        tell(candidate=candidate, sdpMLineIndex=line)

    def on_negotiation_needed(self, _):
        if self.offers:
            self.ask('create-offer', 'offer')

    def ask(self, signal, kind):
        def on_made(promise, *_):
            reply = promise.get_reply()  # owns the description
            made = reply.get_value(kind)
            tell(type=kind, sdp=made.sdp.as_text())
            self.rtc.emit('set-local-description', made, Gst.Promise.new())

        promise = Gst.Promise.new_with_change_func(on_made)
        self.rtc.emit(signal, None, promise)

    def hear(self, words):
        if 'candidate' in words:
            self.rtc.emit('add-ice-candidate', words['sdpMLineIndex'],
                          words['candidate'])
            return
        _, sdp = GstSdp.SDPMessage.new_from_text(words['sdp'])
        kind = (GstWebRTC.WebRTCSDPType.OFFER if words['type'] == 'offer'
                else GstWebRTC.WebRTCSDPType.ANSWER)
        description = GstWebRTC.WebRTCSessionDescription.new(kind, sdp)
        promise = Gst.Promise.new()
        self.rtc.emit('set-remote-description', description, promise)
        promise.wait()
        if words['type'] == 'offer':
            self.ask('create-answer', 'answer')

    def on_data_channel(self, _, channel):
        def echo(channel, text):
            tell(message=text)
            channel.emit('send-string', text)

        channel.connect('on-message-string', echo)

    def on_pad_added(self, _, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        media = pad.get_current_caps().get_structure(0).get_string('media')
        name, decoder = DECODERS[media]
        branch = Gst.parse_bin_from_description(
            f'{decoder} ! fakesink name=end signal-handoffs=true sync=false '
            'async=false', True)
        branch.get_by_name('end').connect('handoff', self.on_handoff, name)
        self.pipeline.add(branch)
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad('sink'))

    def on_handoff(self, _sink, _buffer, _pad, name):
        self.counts[name] += 1
        if self.counts[name] in (1, 30, 60):
            tell(**{name: self.counts[name]})


def listen(peer, loop):
    for line in sys.stdin:
        GLib.idle_add(peer.hear, json.loads(line))
    loop.quit()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('role', choices=['offer', 'answer'])
    options = parser.parse_args()
    Gst.init(None)
    factory = Gst.ElementFactory.find('dtlssrtpenc')
    tell(plugin=factory.get_plugin().get_filename())
    loop = GLib.MainLoop()
    peer = Peer(options.role == 'offer')
    peer.start()
    threading.Thread(target=listen, args=(peer, loop), daemon=True).start()
    try:
        loop.run()
    except KeyboardInterrupt:
        pass
    peer.pipeline.set_state(Gst.State.NULL)


if __name__ == '__main__':
    main()
