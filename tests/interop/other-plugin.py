#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dtlssrtpenc and dtlssrtpdec against the OpenSSL-based plugin.

Two processes, because one cannot hold both plugins: the first one finds ours,
the second one that of the distribution. They talk over UDP on loopback. Media
and data carry known bytes, which the receiver compares: two ends of one
implementation would agree on the same mistake.

Speaks TAP. Without the other plugin, or openssl, everything is skipped.
"""

import argparse
import os
import subprocess
import sys
import tempfile

import gi
gi.require_version('Gst', '1.0')
from gi.repository import Gio, GLib, Gst  # noqa: E402

TIMEOUT_S = 20
N_WANTED = 20          # packets of each kind until an end is content
OTHER_DIRECTORY = '/usr/lib/x86_64-linux-gnu/gstreamer-1.0'

PIPELINE = '''
  dtlssrtpenc name=enc connection-id=peer ! udpsink name=to-peer
      close-socket=false sync=false async=false
  udpsrc name=from-peer close-socket=false caps=application/x-rtp
    ! dtlssrtpdec name=dec connection-id=peer
  dec.rtp_src ! fakesink name=rtp signal-handoffs=true sync=false async=false
  dec.rtcp_src ! fakesink name=rtcp signal-handoffs=true sync=false async=false
  dec.data_src ! fakesink name=data signal-handoffs=true sync=false async=false
  appsrc name=rtp-out is-live=true format=time
      caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8
    ! enc.rtp_sink_0
  appsrc name=rtcp-out is-live=true format=time caps=application/x-rtcp
    ! enc.rtcp_sink_0
  appsrc name=data-out is-live=true format=time ! enc.data_sink
'''


def rtp_packet(sequence, who):
    header = (b'\x80\x60' + sequence.to_bytes(2, 'big')
              + (sequence * 3000).to_bytes(4, 'big') + b'\x11\x22\x33\x44')
    return header + (who + f' media {sequence} ').encode() * 40


def rtcp_packet(who):
    """An empty receiver report and an application packet (RFC 3550, 6.7)."""
    body = (who + ' control').encode().ljust(16)
    app = (b'\x80\xcc' + (2 + len(body) // 4).to_bytes(2, 'big')
           + b'\x11\x22\x33\x44TEST' + body)
    return b'\x80\xc9\x00\x01\x11\x22\x33\x44' + app


def data_message(number, who):
    return f'{who} data {number}'.encode()


class Peer:
    """One end: sends until both have what they want, then ends with 0."""

    def __init__(self, options):
        self.me = options.role
        self.other = 'server' if self.me == 'client' else 'client'
        self.plugin = options.plugin
        self.counts = dict(rtp=0, rtcp=0, data=0)
        self.connected = False
        self.sequence = 0
        self.failure = None
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(PIPELINE)
        self.enc, self.dec = map(self.find, ('enc', 'dec'))
        self.set_up_network(options)
        self.enc.props.is_client = self.me == 'client'
        if options.pem:
            with open(options.pem, encoding='ascii') as file:
                self.dec.props.pem = file.read()
        if options.profiles:
            self.dec.props.srtp_profiles = options.profiles
        self.dec.connect('notify::connection-state', self.on_state)
        for kind in self.counts:
            self.find(kind).connect('handoff', self.on_packet, kind)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message::error', self.on_error)

    def find(self, name):
        return self.pipeline.get_by_name(name)

    def set_up_network(self, options):
        socket = Gio.Socket.new(Gio.SocketFamily.IPV4,
                                Gio.SocketType.DATAGRAM,
                                Gio.SocketProtocol.UDP)
        socket.bind(Gio.InetSocketAddress.new_from_string(
            '127.0.0.1', options.listen), False)
        self.find('from-peer').props.socket = socket
        sink = self.find('to-peer')
        sink.props.socket = socket
        sink.props.host, sink.props.port = '127.0.0.1', options.send_to

    def fail(self, reason):
        self.failure = self.failure or reason
        self.loop.quit()

    def on_error(self, _bus, message):
        self.fail(f'error message: {message.parse_error()}')

    def on_state(self, dec, _):
        nick = dec.props.connection_state.value_nick
        if nick == 'connected':
            self.connected = True
        elif nick == 'failed':
            self.fail('the association failed')

    def on_packet(self, _sink, buffer, _pad, kind):
        packet = buffer.extract_dup(0, buffer.get_size())
        expected = self.expected(kind, packet)
        if packet != expected:
            self.fail(f'{kind}: {packet!r} instead of {expected!r}')
        self.counts[kind] += 1

    def expected(self, kind, packet):
        if kind == 'rtp':
            return rtp_packet(int.from_bytes(packet[2:4], 'big'), self.other)
        if kind == 'rtcp':
            return rtcp_packet(self.other)
        number = packet.split()[-1]
        return data_message(int(number), self.other) if number.isdigit() else b''

    def push(self, name, packet):
        self.find(name).emit('push-buffer', Gst.Buffer.new_wrapped(packet))

    def on_tick(self):
        if not self.connected:
            return True
        self.push('rtp-out', rtp_packet(self.sequence % 65536, self.me))
        self.push('rtcp-out', rtcp_packet(self.me))
        self.push('data-out', data_message(self.sequence, self.me))
        self.sequence += 1
        if min(self.counts.values()) >= N_WANTED:
            print('content', flush=True)
            return self.sequence < 10 * N_WANTED
        return True

    def run(self):
        found = Gst.Registry.get().find_plugin('dtls').get_filename()
        if not os.path.realpath(found).startswith(
                os.path.realpath(self.plugin)):
            self.fail(f'found {found} instead of one in {self.plugin}')
            return self.end()
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.timeout_add(10, self.on_tick)
        GLib.timeout_add_seconds(TIMEOUT_S, self.fail, 'took too long')
        GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT,
                          GLib.IOCondition.HUP | GLib.IOCondition.IN,
                          lambda *_: self.loop.quit())
        self.loop.run()
        return self.end()

    def end(self):
        self.pipeline.set_state(Gst.State.NULL)
        if self.failure:
            print(f'# {self.me}: {self.failure}; {self.counts}', flush=True)
        return 1 if self.failure else 0


def free_ports():
    sockets = []
    for _ in range(2):
        socket = Gio.Socket.new(Gio.SocketFamily.IPV4,
                                Gio.SocketType.DATAGRAM,
                                Gio.SocketProtocol.UDP)
        socket.bind(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0),
                    False)
        sockets.append(socket)
    ports = [s.get_local_address().get_port() for s in sockets]
    for socket in sockets:
        socket.close()
    return ports


def start(role, ours, ports, directory, pem=None, profiles=None):
    environment = dict(os.environ)
    plugin = OTHER_DIRECTORY
    if ours:
        plugin = os.path.join(os.environ['BUILD_DIR'], 'gst', 'dtls')
        environment['GST_PLUGIN_PATH_1_0'] = plugin
    else:
        environment.pop('GST_PLUGIN_PATH_1_0', None)
        environment.pop('G_DEBUG', None)
    environment['GST_REGISTRY'] = os.path.join(
        directory, 'ours.bin' if ours else 'other.bin')
    command = [sys.executable, __file__, '--role', role, '--plugin', plugin,
               '--listen', str(ports[0]), '--send-to', str(ports[1])]
    command += ['--pem', pem] if pem else []
    command += ['--profiles', profiles] if profiles else []
    return subprocess.Popen(command, env=environment, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def talk(our_role, directory, pem, profiles):
    """Returns whether both ends got from each other what they wanted."""
    ports = free_ports()
    other_role = 'client' if our_role == 'server' else 'server'
    ends = [start(our_role, True, ports, directory, profiles=profiles),
            start(other_role, False, ports[::-1], directory, pem=pem)]
    lines = [end.stdout.readline() for end in ends]
    for end in ends:
        end.stdin.close()
    good = True
    for end, line in zip(ends, lines):
        rest = end.stdout.read()
        good = end.wait() == 0 and line.startswith('content') and good
        if not line.startswith('content'):
            print('#', line.rstrip(), rest.rstrip())
    return good


def make_certificates(directory):
    kinds = {'RSA': ['rsa:2048'], 'ECDSA': ['ec', '-pkeyopt',
                                            'ec_paramgen_curve:P-256']}
    for kind, options in kinds.items():
        key, pem = (os.path.join(directory, kind + end)
                    for end in ('.key', '.pem'))
        subprocess.run(['openssl', 'req', '-x509', '-nodes', '-subj', '/CN=x',
                        '-keyout', key, '-out', pem, '-newkey', *options],
                       check=True, stderr=subprocess.DEVNULL)
        with open(pem, 'a', encoding='ascii') as out, \
                open(key, encoding='ascii') as file:
            out.write(file.read())
    return {kind: os.path.join(directory, kind + '.pem') for kind in kinds}


def test_all():
    if not os.path.exists(os.path.join(OTHER_DIRECTORY, 'libgstdtls.so')):
        print('1..0 # SKIP the OpenSSL-based plugin is not installed')
        return 0
    failures = 0
    with tempfile.TemporaryDirectory() as directory:
        pems = make_certificates(directory)
        cases = [(role, kind, pem, profiles) for role in ('client', 'server')
                 for kind, pem in pems.items()
                 for profiles in (None, 'AES128_CM_HMAC_SHA1_80')]
        print(f'1..{len(cases)}')
        for number, (role, kind, pem, profiles) in enumerate(cases, 1):
            good = talk(role, directory, pem, profiles)
            failures += not good
            print('ok' if good else 'not ok', number,
                  f'- {role} here, {kind} certificate there, profiles '
                  f'{profiles or "by default"}', flush=True)
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--role', choices=['client', 'server'])
    parser.add_argument('--plugin')
    parser.add_argument('--listen', type=int)
    parser.add_argument('--send-to', type=int)
    parser.add_argument('--pem')
    parser.add_argument('--profiles')
    options = parser.parse_args()
    if not options.role:
        return test_all()
    Gst.init(None)
    return Peer(options).run()


if __name__ == '__main__':
    sys.exit(main())
