#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records the camera and microphone of a browser into a WebM file.

It serves a page; its button sends camera and microphone by WHIP (RFC 9725) to
webrtcbin, which runs on this project's DTLS and SRTP elements. webrtcbin does
not tell them whom to expect: this program does, with the fingerprint of the
offer, so that nobody else's media get into the file. Nothing is encoded again.

Usage: browser-to-file.py [--address ADDRESS] [--port PORT] FILE.webm
"""

import argparse
import pathlib
import signal
import sys

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstSdp', '1.0')
gi.require_version('GstWebRTC', '1.0')
gi.require_version('Soup', '3.0')
from gi.repository import (  # noqa: E402
    Gio, GLib, Gst, GstSdp, GstWebRTC, Soup)

from common import _, page_file  # noqa: E402

# What is taken of each kind of media, and how it gets into the file.
TRACKS = {
    'video': ('VP8', 90000, 'rtpvp8depay request-keyframe=true'),
    'audio': ('OPUS', 48000, 'rtpopusdepay ! opusparse'),
}
# Without media for as long, the recording ends.
SILENCE_S = 20


def medias(sdp):
    return [sdp.get_media(index) for index in range(sdp.medias_len())]


def kinds_of(sdp):
    return {media.get_media() for media in medias(sdp)} & TRACKS.keys()


def parse_offer(text):
    """The offer, or None if nothing of it can be recorded."""
    if not text:
        return None
    result, sdp = GstSdp.SDPMessage.new_from_text(text)
    return sdp if result == GstSdp.SDPResult.OK and kinds_of(sdp) else None


def fingerprint_of(sdp):
    return next(filter(None, [sdp.get_attribute_val('fingerprint')] + [
        media.get_attribute_val('fingerprint') for media in medias(sdp)]), None)


class Recording:
    """One browser's stream on its way into the file."""

    def __init__(self, offer, file, answer, end):
        """answer gets the SDP once it is complete; end is called when the file
        is whole, or with a sentence when it never will be. Both are called in
        the main loop."""
        self.answer, self.end = answer, end
        self.fingerprint = fingerprint_of(offer)
        self.pipeline = Gst.parse_launch(self.describe(offer))
        self.file = self.pipeline.get_by_name('file')
        self.file.props.location = file
        pad = self.file.get_static_pad('sink')
        pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, self.on_file_event)
        pad.add_probe(Gst.PadProbeType.BUFFER, self.on_frame)
        self.pipeline.connect('deep-element-added', self.on_element)
        self.rtc = Gst.ElementFactory.make('webrtcbin', None)
        self.rtc.props.bundle_policy = GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE
        self.rtc.connect('on-new-transceiver', self.on_transceiver)
        self.rtc.connect('pad-added', self.on_pad)
        self.rtc.connect('notify::ice-gathering-state', self.on_gathering)
        self.rtc.connect('notify::connection-state', self.on_connection)
        self.frames = self.frames_before = 0
        GLib.timeout_add_seconds(SILENCE_S, self.watch)
        self.pipeline.add(self.rtc)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message', self.on_message)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.take(offer)

    @staticmethod
    def describe(offer):
        """The muxer wants to know all tracks before the first frame."""
        return 'webmmux name=mux ! filesink name=file async=false ' + ' '.join(
            f'queue name={kind} ! {TRACKS[kind][2]} ! mux.'
            for kind in kinds_of(offer))

    def on_element(self, _pipeline, _bin, element):
        factory = element.get_factory()
        if factory and factory.get_name() == 'dtlssrtpdec':
            element.props.peer_fingerprint = self.fingerprint
            Gst.util_set_object_arg(element, 'verify', 'required')
            # A browser that is the DTLS server would choose an older one.
            element.props.srtp_profiles = 'AEAD_AES_128_GCM, AEAD_AES_256_GCM'

    def on_transceiver(self, _rtc, transceiver):
        """Asks for the codecs that the file can have, and for lost packets."""
        kind = transceiver.props.kind.value_nick
        if kind in TRACKS:
            codec, rate, _depay = TRACKS[kind]
            transceiver.props.codec_preferences = Gst.Caps.from_string(
                f'application/x-rtp,media={kind},encoding-name={codec},'
                f'clock-rate={rate}')
        transceiver.props.do_nack = True

    def take(self, offer):
        described = GstWebRTC.WebRTCSessionDescription.new(
            GstWebRTC.WebRTCSDPType.OFFER, offer)
        promise = Gst.Promise.new()
        self.rtc.emit('set-remote-description', described, promise)
        promise.wait()
        self.rtc.emit('create-answer', None,
                      Gst.Promise.new_with_change_func(self.on_answer))

    def on_answer(self, promise, *_):
        reply = promise.get_reply()
        if not reply or not reply.has_field('answer'):
            GLib.idle_add(self.end, _('The offer cannot be answered.'))
            return
        self.rtc.emit('set-local-description', reply.get_value('answer'),
                      Gst.Promise.new())

    def on_gathering(self, rtc, _spec):
        complete = GstWebRTC.WebRTCICEGatheringState.COMPLETE
        if rtc.props.ice_gathering_state == complete:
            GLib.idle_add(self.answer,
                          rtc.props.local_description.sdp.as_text())

    def on_pad(self, _rtc, pad):
        if pad.direction == Gst.PadDirection.SRC:
            kind = pad.get_current_caps().get_structure(0).get_string('media')
            pad.link(self.pipeline.get_by_name(kind).get_static_pad('sink'))

    def on_connection(self, rtc, _spec):
        state = rtc.props.connection_state.value_nick
        print(state, flush=True)
        if state in ('disconnected', 'failed', 'closed'):
            GLib.idle_add(self.stop)

    def on_frame(self, _pad, _info):
        self.frames += 1
        return Gst.PadProbeReturn.OK

    def watch(self):
        """A browser that crashed, or whose network is gone, says nothing."""
        if self.frames == self.frames_before:
            self.stop()
            return GLib.SOURCE_REMOVE
        self.frames_before = self.frames
        return GLib.SOURCE_CONTINUE

    def stop(self):
        """The tracks end; when the muxer has written them the file does."""
        for kind in TRACKS:
            queue = self.pipeline.get_by_name(kind)
            if queue:
                queue.get_static_pad('sink').send_event(Gst.Event.new_eos())
        return GLib.SOURCE_REMOVE

    def on_file_event(self, _pad, info):
        if info.get_event().type == Gst.EventType.EOS:
            GLib.idle_add(self.end, None)
        return Gst.PadProbeReturn.OK

    def on_message(self, _bus, message):
        if message.type == Gst.MessageType.ERROR:
            self.end(message.parse_error()[0].message)
        elif message.type == Gst.MessageType.LATENCY:
            self.pipeline.recalculate_latency()
        elif (message.has_name('dtls-state')
              and message.get_structure().has_field('error-message')):
            self.end(message.get_structure().get_string('error-message'))


class Server(Soup.Server):
    """The page at /, the WHIP endpoint at /whip, its session at /whip/1."""

    def __init__(self, file, loop):
        super().__init__()
        self.file, self.loop = file, loop
        self.recording = self.waiting = self.failure = None
        self.interrupted = False
        self.add_handler('/', self.on_request)

    def on_request(self, _server, message, path, _query):
        handler = {('POST', '/whip'): self.start,
                   ('DELETE', '/whip/1'): self.stop}.get(
                       (message.get_method(), path))
        file = page_file('browser-to-file', path)
        if handler:
            handler(message)
        elif file and message.get_method() == 'GET':
            self.reply(message, 200, *file)
        else:
            message.set_status(404, None)

    @staticmethod
    def reply(message, status, kind, text):
        message.set_status(status, None)
        message.set_response(kind, Soup.MemoryUse.COPY, text.encode())

    def start(self, message):
        body = message.get_request_body().flatten().get_data() or b''
        offer = parse_offer(body.decode(errors='replace'))
        if not offer or not fingerprint_of(offer):
            self.reply(message, 400, 'text/plain; charset=utf-8',
                       _('This is not an SDP offer with a fingerprint.'))
            return
        if self.recording:
            self.reply(message, 409, 'text/plain; charset=utf-8',
                       _('Another browser is being recorded.'))
            return
        message.pause()
        self.waiting = message
        self.recording = Recording(offer, self.file, self.answer, self.end)

    def answer(self, sdp):
        message, self.waiting = self.waiting, None
        if message:
            message.get_response_headers().append('Location', '/whip/1')
            self.reply(message, 201, 'application/sdp', sdp)
            message.unpause()

    def stop(self, message):
        if not self.recording:
            message.set_status(404, None)
            return
        message.pause()
        self.waiting = message
        self.recording.stop()

    def interrupt(self):
        """Ctrl-C: a second one does not wait for the file."""
        if self.recording and not self.interrupted:
            self.interrupted = True
            self.recording.stop()
        else:
            self.loop.quit()
        return GLib.SOURCE_CONTINUE

    def end(self, failure):
        self.failure = self.failure or failure
        if self.waiting:
            self.waiting.set_status(500 if failure else 200, None)
            self.waiting.unpause()
            self.waiting.connect('finished', lambda *_: self.loop.quit())
            self.waiting = None
        else:
            self.loop.quit()
        return GLib.SOURCE_REMOVE


def read_arguments():
    parser = argparse.ArgumentParser(
        description=_("Records a browser's camera and microphone."))
    parser.add_argument('--address', metavar=_('ADDRESS'), default='127.0.0.1',
                        help=_('where to serve the page; browsers give their '
                               'camera only to HTTPS and to this machine'))
    parser.add_argument('--port', metavar=_('PORT'), type=int, default=8080,
                        help=_('port to serve HTTP on'))
    parser.add_argument('file', metavar=_('FILE'), help=_('the WebM file to write'))
    return parser.parse_args()


def listen(server, address, port):
    try:
        server.listen(Gio.InetSocketAddress.new_from_string(address, port), 0)
    except TypeError:
        sys.exit(_('{} is not an IP address.').format(address))
    except GLib.Error as error:
        sys.exit(error.message)
    return server.get_uris()[0].to_string()


def remove_if_empty(file):
    """Nobody got in: what is left must not hinder the next try."""
    if file.exists() and not file.stat().st_size:
        file.unlink()


def main():
    options = read_arguments()
    Gst.init(None)
    for name in 'dtlscertgen', 'webrtcbin', 'nicesrc':
        if not Gst.ElementFactory.find(name):
            sys.exit(_('The element {} is missing; is GST_PLUGIN_PATH set?')
                     .format(name))
    if pathlib.Path(options.file).exists():
        sys.exit(_('{} is there already and would be overwritten.')
                 .format(options.file))
    loop = GLib.MainLoop()
    server = Server(options.file, loop)
    address = listen(server, options.address, options.port)
    print(_('Open {} and press Start; Ctrl-C ends it.').format(address),
          flush=True)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, server.interrupt)
    loop.run()
    if server.recording:
        server.recording.pipeline.set_state(Gst.State.NULL)
        remove_if_empty(pathlib.Path(options.file))
    if server.failure:
        sys.exit(server.failure)


if __name__ == '__main__':
    main()
