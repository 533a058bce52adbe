#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One end of an association over UDP, made of dtlsdec and dtlsenc.

Tells in lines what happens: "fingerprint ...", "state connected",
"encoder-key ..." (hexadecimal), "data ...", "message ...". It prints keys: for
tests alone.
"""

import argparse
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import Gio, GLib, Gst  # noqa: E402

PIPELINE = '''
  udpsrc name=from-peer close-socket=false caps=application/x-dtls
    ! dtlsdec name=dec connection-id=peer export-keys=true
    ! fakesink name=data signal-handoffs=true sync=false async=false
  appsrc name=app format=time
    ! dtlsenc name=enc connection-id=peer export-keys=true
    ! udpsink name=to-peer close-socket=false sync=false async=false
'''


def tell(*words):
    """One line in one write: the callers are on several threads."""
    sys.stdout.write(' '.join(map(str, words)) + '\n')
    sys.stdout.flush()


def bind(port):
    """A UDP socket on loopback; both directions use the same one."""
    socket = Gio.Socket.new(Gio.SocketFamily.IPV4, Gio.SocketType.DATAGRAM,
                            Gio.SocketProtocol.UDP)
    socket.bind(Gio.InetSocketAddress.new_from_string('127.0.0.1', port), True)
    return socket


class Peer:
    def __init__(self, options):
        self.options = options
        self.pipeline = Gst.parse_launch(PIPELINE)
        self.dec, self.enc = map(self.pipeline.get_by_name, ('dec', 'enc'))
        socket = bind(options.listen)
        source, sink = map(self.pipeline.get_by_name, ('from-peer', 'to-peer'))
        source.props.socket = sink.props.socket = socket
        sink.props.host, sink.props.port = '127.0.0.1', options.send_to
        self.enc.props.is_client = options.role == 'client'
        if options.peer_fingerprint:
            self.dec.props.peer_fingerprint = options.peer_fingerprint
        self.dec.connect('notify::connection-state', self.on_state)
        self.pipeline.get_by_name('data').connect('handoff', self.on_data)
        if options.handshake_timeout:
            self.dec.props.handshake_timeout = options.handshake_timeout
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message::element', self.on_message)
        bus.connect('message::error', self.on_message)

    def on_state(self, dec, _):
        state = dec.props.connection_state
        if state.value_nick != 'connected':
            tell('state', state.value_nick)
            return
        for element, key in (self.enc, 'encoder-key'), (dec, 'decoder-key'):
            value = element.get_property(key)
            tell(key, value.extract_dup(0, value.get_size()).hex()
                 if value else 'none')
        tell('srtp-cipher', dec.props.srtp_cipher)
        tell('srtp-auth', dec.props.srtp_auth)
        tell('state', state.value_nick)
        if self.options.data:
            self.pipeline.get_by_name('app').emit(
                'push-buffer', Gst.Buffer.new_wrapped(self.options.data.encode()))

    def on_data(self, _sink, buffer, _pad):
        data = buffer.extract_dup(0, buffer.get_size())
        tell('data', data.decode(errors='replace').rstrip('\n'))

    def on_message(self, _bus, message):
        if message.type == Gst.MessageType.ERROR:
            tell('error', *message.parse_error())
        else:
            tell('message', message.get_structure().to_string())

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        tell('fingerprint', self.dec.props.fingerprint)
        loop = GLib.MainLoop()
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 2, loop.quit)
        loop.run()
        self.pipeline.set_state(Gst.State.NULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--role', choices=['client', 'server'], required=True)
    parser.add_argument('--listen', type=int, required=True, metavar='PORT')
    parser.add_argument('--send-to', type=int, required=True, metavar='PORT')
    parser.add_argument('--peer-fingerprint')
    parser.add_argument('--handshake-timeout', type=int, metavar='MS')
    parser.add_argument('--data', help='sent once connected')
    Gst.init(None)
    Peer(parser.parse_args()).run()


if __name__ == '__main__':
    sys.exit(main())
