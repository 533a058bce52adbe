#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers a call as a SIP phone with DTLS-SRTP does, and echoes what it hears.

It takes an SDP offer from a file or from its standard input, writes the SDP
answer to its standard output, and plays back what the caller sends: RTP over
plain UDP to the address of the lines c= and m=, without ICE, one audio stream
(RFC 5763, RFC 5764). What carries offer and answer is not its matter.

Usage: sip-answerer.py [--address ADDRESS] [OFFER]

The certificates are checked in both directions: the caller's here, against
a=fingerprint of the offer, and this end's by the caller, against the answer's.
"""

import argparse
import signal
import sys

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstSdp', '1.0')
from gi.repository import GLib, Gst, GstSdp  # noqa: E402

from common import _  # noqa: E402

PROTOCOLS = ('UDP/TLS/RTP/SAVPF', 'UDP/TLS/RTP/SAVP', 'RTP/SAVPF', 'RTP/SAVP')
# Payload types that need no a=rtpmap (RFC 3551, section 6).
STATIC = {'0': 'PCMU/8000', '8': 'PCMA/8000'}
ECHO = {
    'PCMU/8000': 'rtppcmudepay ! rtppcmupay',
    'PCMA/8000': 'rtppcmadepay ! rtppcmapay',
    'OPUS/48000/2': 'rtpopusdepay ! rtpopuspay',
}
PIPELINE = '''
  dtlscertgen
  udpsrc name=from-peer address={address} port=0
    caps="application/x-srtp, media=audio, payload={payload}, clock-rate={rate},
    encoding-name={name}" ! dtlssrtpdemux name=demux
  demux.dtls_src ! dtlsdec name=dec connection-id=call verify=required
  demux.rtp_src ! srtpkeyer connection-id=call ! rtpjitterbuffer latency=60
    ! {echo} pt={payload} ! srtpkeyer connection-id=call ! out.
  dtlsenc name=enc connection-id=call ! out.
  funnel name=out ! udpsink name=to-peer async=false sync=false
    close-socket=false
'''

SESSION = 'v=0\r\no=- {id} 1 IN {family} {address}\r\ns=-\r\nt=0 0\r\n'


class Refused(Exception):
    """An offer that cannot be answered, and why."""


def family_of(address):
    return 'IP6' if ':' in address else 'IP4'


def attribute(message, media, name):
    """That of the media, or else of the whole session (RFC 8122)."""
    return media.get_attribute_val(name) or message.get_attribute_val(name)


def codec_of(media):
    """The first payload type that can be echoed, and what it is."""
    maps = dict(STATIC)
    for index in range(media.attributes_len()):
        line = media.get_attribute(index)
        if line.key == 'rtpmap':
            payload, _space, codec = line.value.partition(' ')
            maps[payload] = codec.upper()
    for index in range(media.formats_len()):
        payload = media.get_format(index)
        if maps.get(payload) in ECHO:
            return payload, maps[payload]
    raise Refused(_('The offer has no codec that is known here: {}.').format(
        ', '.join(ECHO)))


class Offer:
    """What an offer says about the one stream that is answered."""

    def __init__(self, text):
        result, self.message = GstSdp.SDPMessage.new_from_text(text or 'v=0')
        if result != GstSdp.SDPResult.OK or not self.message.medias_len():
            raise Refused(_('This is not an SDP offer.'))
        self.index, self.media = self.first_audio()
        self.payload, self.codec = codec_of(self.media)
        self.fingerprint = self.get('fingerprint')
        if not self.fingerprint:
            raise Refused(_('The offer has no a=fingerprint. Only DTLS-SRTP is '
                            'answered: no keys in SDP, no media in the clear.'))
        # Who may choose is answered with "active": fewer round trips.
        setup = self.get('setup') or 'active'
        self.is_client = setup in ('actpass', 'passive')
        connection = (self.media.get_connection(0)
                      if self.media.connections_len()
                      else self.message.get_connection())
        if not connection or not connection.address:
            raise Refused(_('The offer has no line c= with an address.'))
        self.address = connection.address
        self.port = self.media.get_port()

    def first_audio(self):
        for index in range(self.message.medias_len()):
            media = self.message.get_media(index)
            if (media.get_media() == 'audio' and media.get_port()
                    and media.get_proto() in PROTOCOLS):
                return index, media
        raise Refused(_('The offer has no audio with one of {}.').format(
            ', '.join(PROTOCOLS)))

    def get(self, name):
        return attribute(self.message, self.media, name)


class Call:
    """The media of one call."""

    def __init__(self, offer, address, loop):
        self.loop = loop
        self.status = 0
        name, rate = offer.codec.split('/')[:2]
        self.pipeline = Gst.parse_launch(PIPELINE.format(
            address=address, payload=offer.payload, name=name, rate=rate,
            echo=ECHO[offer.codec]))
        self.dec = self.find('dec')
        self.dec.props.peer_fingerprint = offer.fingerprint
        self.find('enc').props.is_client = offer.is_client
        self.find('to-peer').props.host = offer.address
        self.find('to-peer').props.port = offer.port
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message', self.on_message)

    def find(self, name):
        return self.pipeline.get_by_name(name)

    def bind(self):
        """Both directions use one port; from here on it is known. What is
        wrong with the offer's fingerprint or the address shows here too."""
        source = self.find('from-peer')
        source.set_state(Gst.State.READY)
        self.find('to-peer').props.socket = source.props.used_socket
        changed = self.pipeline.set_state(Gst.State.READY)
        if changed == Gst.StateChangeReturn.FAILURE:
            told = self.pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
            self.pipeline.set_state(Gst.State.NULL)
            raise Refused(told.parse_error()[0].message)

    def on_message(self, _bus, message):
        if message.type == Gst.MessageType.ERROR:
            self.fail(message.parse_error()[0].message)
        elif message.type == Gst.MessageType.EOS:
            self.loop.quit()
        elif message.has_name('dtls-state'):
            self.on_state(message.get_structure())

    def on_state(self, told):
        state = self.dec.props.connection_state.value_nick
        print(state, file=sys.stderr, flush=True)
        if told.has_field('error-message'):
            self.fail(told.get_string('error-message'))
        elif state == 'closed':
            self.hang_up()

    def fail(self, why):
        print(why, file=sys.stderr, flush=True)
        self.status = 1
        self.loop.quit()

    def hang_up(self):
        self.pipeline.send_event(Gst.Event.new_eos())
        return GLib.SOURCE_CONTINUE


def answer_media(offer, call, address):
    """The answer to the one m= line that is taken."""
    media = GstSdp.SDPMedia.new()[1]
    media.set_media('audio')
    media.set_port_info(call.find('from-peer').props.port, 1)
    media.set_proto(offer.media.get_proto())
    media.add_format(offer.payload)
    media.add_connection('IN', family_of(address), address, 0, 0)
    media.add_attribute('rtpmap', f'{offer.payload} {offer.codec}')
    media.add_attribute('setup', 'active' if offer.is_client else 'passive')
    media.add_attribute('fingerprint', call.dec.props.fingerprint)
    media.add_attribute('sendrecv', None)
    if offer.media.get_attribute_val('rtcp-mux') is not None:
        media.add_attribute('rtcp-mux', None)
    if offer.media.get_attribute_val('mid'):
        media.add_attribute('mid', offer.media.get_attribute_val('mid'))
    return media


def refuse_media(offered):
    """Port 0 refuses a stream (RFC 3264, section 6)."""
    media = GstSdp.SDPMedia.new()[1]
    media.set_media(offered.get_media())
    media.set_port_info(0, 1)
    media.set_proto(offered.get_proto())
    media.add_format(offered.get_format(0))
    return media


def make_answer(offer, call, address):
    _result, answer = GstSdp.SDPMessage.new_from_text(SESSION.format(
        id=GLib.random_int(), family=family_of(address), address=address))
    for index in range(offer.message.medias_len()):
        answer.add_media(answer_media(offer, call, address)
                         if index == offer.index
                         else refuse_media(offer.message.get_media(index)))
    return answer.as_text()


def read_arguments():
    parser = argparse.ArgumentParser(
        description=_('Answers an SDP offer of DTLS-SRTP over UDP, and echoes '
                      'the sound.'))
    parser.add_argument('--address', metavar=_('ADDRESS'), default='127.0.0.1',
                        help=_('IP address of this machine to be called at'))
    parser.add_argument('offer', metavar=_('OFFER'), nargs='?',
                        type=argparse.FileType(), default=sys.stdin,
                        help=_('file with the SDP offer'))
    return parser.parse_args()


def main():
    options = read_arguments()
    Gst.init(None)
    if not Gst.ElementFactory.find('srtpkeyer'):
        sys.exit(_('The element srtpkeyer is missing; is GST_PLUGIN_PATH set?'))
    loop = GLib.MainLoop()
    try:
        offer = Offer(options.offer.read())
        call = Call(offer, options.address, loop)
        call.bind()
    except Refused as refused:
        sys.exit(str(refused))
    sys.stdout.write(make_answer(offer, call, options.address))
    sys.stdout.flush()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, call.hang_up)
    call.pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    call.pipeline.set_state(Gst.State.NULL)
    sys.exit(call.status)


if __name__ == '__main__':
    main()
