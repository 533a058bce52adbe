#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Between WHIP and the video room of a Janus: HTTP on one side, Janus's API
over a WebSocket on the other. It sees signalling, and no media.

  POST   /whip/ROOM    an SDP offer          → 201, Location, the answer
  POST   /watch/ROOM   nothing               → 201, Location, an SDP offer
  PATCH  LOCATION      the answer to that    → 204; within half a minute
  DELETE LOCATION      ends either           → 200
  GET    /             the page of viewers, who watch room 1

Usage: sfu-bridge.py [--answer-timeout SECONDS] JANUS ADDRESS PORT
  JANUS is an address such as ws://127.0.0.1:8188.
  In the environment, WHIP_TOKEN is what those who publish must bear, and
  JANUS_SECRET is Janus's api_secret.
"""

import argparse
import json
import os
import secrets
import signal
import sys
import time

import gi
gi.require_version('Soup', '3.0')
from gi.repository import Gio, GLib, Soup  # noqa: E402

from common import _, page_file  # noqa: E402

START_S = 30
RETRY_MS = 100
ANSWER_S = 30
KEEPALIVE_S = 20  # Janus ends a session that is silent for 60 s
FEED = 1  # a room has one publisher, which everybody watches
SDP = 'application/sdp'
SETTINGS = 'WHIP_TOKEN', 'JANUS_SECRET'
# Error codes of the video room that are not the bridge's fault.
NO_ROOM, NO_FEED, FULL, TAKEN = 426, 428, 432, 436
REFUSALS = {
    NO_ROOM: (404, _('there is no such room')),
    NO_FEED: (404, _('nobody publishes')),
    FULL: (409, _('somebody else publishes to this room')),
    TAKEN: (409, _('somebody else publishes to this room')),
}


def reason_of(event):
    return event.get('error', {}).get('reason', _('Janus gives no SDP'))


class Janus:
    """A session of Janus. Each plugin handle belongs to a Peer."""

    def __init__(self, uri, ready):
        self.uri, self.ready = uri, ready
        self.waiting = {}  # transaction: what to do with its result
        self.peers = {}  # handle: peer
        self.session = None
        self.http = Soup.Session()
        self.deadline = time.monotonic() + START_S
        self.connect()

    def connect(self):
        self.http.websocket_connect_async(
            Soup.Message.new('GET', self.uri), None, ['janus-protocol'],
            GLib.PRIORITY_DEFAULT, None, self.on_connected)

    def on_connected(self, http, result):
        try:
            self.socket = http.websocket_connect_finish(result)
        except GLib.Error as error:
            if time.monotonic() > self.deadline:
                sys.exit(_('Janus cannot be reached: {}').format(error.message))
            GLib.timeout_add(RETRY_MS, self.connect)
            return
        self.socket.connect('message', self.on_message)
        self.socket.connect('closed', self.on_closed)
        self.send({'janus': 'create'}, self.on_created)

    def on_closed(self, _socket):
        sys.exit(_('Janus has ended.'))

    def send(self, message, then=None):
        transaction = secrets.token_hex(8)
        if then:
            self.waiting[transaction] = then
        if self.session:
            message['session_id'] = self.session
        self.socket.send_text(json.dumps(
            {**message, 'apisecret': os.environ['JANUS_SECRET'],
             'transaction': transaction}))

    def on_created(self, reply):
        if 'error' in reply:
            sys.exit(_('Janus says: {}').format(reason_of(reply)))
        self.session = reply['data']['id']
        GLib.timeout_add_seconds(KEEPALIVE_S, self.keep_alive)
        self.ready()

    def keep_alive(self):
        self.send({'janus': 'keepalive'})
        return GLib.SOURCE_CONTINUE

    def on_message(self, _socket, _kind, data):
        message = json.loads(data.get_data())
        peer = self.peers.get(message.get('sender'))
        if message['janus'] in ('hangup', 'detached') and peer:
            peer.end()
        elif message['janus'] != 'ack':  # the result is yet to come
            then = self.waiting.pop(message.get('transaction'), None)
            if then:
                then(message)


class Peer:
    """Somebody who publishes to a room or watches it."""

    def __init__(self, bridge, room, publishes):
        self.bridge, self.janus = bridge, bridge.janus
        self.room, self.publishes = room, publishes
        self.id = secrets.token_hex(16)
        self.handle = None
        self.timer = 0

    def begin(self, body, jsep, then):
        """Joins a room; `then` is given SDP, or none and (status, reason)."""
        def joined(event):
            data = event.get('plugindata', {}).get('data', {})
            if 'error' in data:
                self.end()
                then(None, REFUSALS.get(data.get('error_code'),
                                        (502, data['error'])))
            elif 'jsep' in event:
                then(event['jsep']['sdp'], None)
            else:
                self.end()
                then(None, (502, reason_of(event)))

        def attached(reply):
            if 'data' not in reply:
                then(None, (502, reason_of(reply)))
                return
            self.handle = reply['data']['id']
            self.janus.peers[self.handle] = self
            self.message(body, jsep, joined)

        self.janus.send({'janus': 'attach',
                         'plugin': 'janus.plugin.videoroom'}, attached)

    def publish(self, offer, then):
        self.begin({'request': 'joinandconfigure', 'room': self.room,
                    'ptype': 'publisher', 'id': FEED},
                   {'type': 'offer', 'sdp': offer}, then)

    def watch(self, then):
        self.begin({'request': 'join', 'room': self.room,
                    'ptype': 'subscriber', 'streams': [{'feed': FEED}]},
                   None, then)

    def await_answer(self, timeout_s):
        """Who does not answer has no claim to what Janus keeps for him."""
        self.timer = GLib.timeout_add_seconds(timeout_s, self.end)

    def stop_waiting(self):
        if self.timer:
            GLib.source_remove(self.timer)
            self.timer = 0

    def answer(self, sdp):
        self.stop_waiting()
        self.message({'request': 'start'}, {'type': 'answer', 'sdp': sdp})

    def message(self, body, jsep, then=None):
        message = {'janus': 'message', 'handle_id': self.handle, 'body': body}
        if jsep:
            message['jsep'] = jsep
        self.janus.send(message, then)

    def end(self):
        """Once; the viewers of one who publishes end with it."""
        self.stop_waiting()
        self.bridge.peers.pop(self.id, None)
        if self.janus.peers.pop(self.handle, None):
            self.janus.send({'janus': 'detach', 'handle_id': self.handle})
            if self.publishes:
                for peer in list(self.bridge.peers.values()):
                    if peer.room == self.room:
                        peer.end()


def reply(message, status, text='', kind='text/plain'):
    message.set_status(status, None)
    message.set_response(kind, Soup.MemoryUse.COPY, text.encode())


def is_authorized(message):
    given = message.get_request_headers().get_one('Authorization') or ''
    wanted = 'Bearer ' + os.environ['WHIP_TOKEN']
    return secrets.compare_digest(given.encode(), wanted.encode())


class Bridge:
    """The HTTP side."""

    def __init__(self, options):
        self.peers = {}
        self.address, self.port = options.address, options.port
        self.answer_timeout_s = options.answer_timeout
        self.server = Soup.Server()
        self.server.add_handler(None, self.on_request)
        self.janus = Janus(options.janus, self.listen)

    def listen(self):
        try:
            self.server.listen(Gio.InetSocketAddress.new_from_string(
                self.address, self.port), 0)
        except TypeError:
            sys.exit(_('{} is not an IP address.').format(self.address))
        except GLib.Error as error:
            sys.exit(_('Cannot listen on {}, port {}: {}').format(
                self.address, self.port, error.message))

    def on_request(self, _server, message, path, _query):
        method = message.get_method()
        kind, *rest = path.strip('/').split('/')
        peer = self.peers.get(rest[0]) if rest else None
        body = message.get_request_body().flatten().get_data() or b''
        file = page_file('sfu-viewer', path)
        if file and method == 'GET':
            kind, text = file
            reply(message, 200, text, kind)
        elif method == 'POST' and kind in ('whip', 'watch') and rest:
            self.begin(message, kind, rest[0], body.decode(errors='replace'))
        elif kind == 'session' and peer and method == 'PATCH':
            peer.answer(body.decode(errors='replace'))
            reply(message, 204)
        elif kind == 'session' and peer and method == 'DELETE':
            peer.end()
            reply(message, 200)
        else:
            reply(message, 404, _('there is nothing here'))

    def begin(self, message, kind, room, body):
        if kind == 'whip' and not is_authorized(message):
            reply(message, 401, _('another token is wanted'))
            return
        peer = Peer(self, int(room) if room.isdecimal() else 0, kind == 'whip')
        message.pause()

        def finish(sdp, error):
            if error:
                reply(message, *error)
            else:
                self.peers[peer.id] = peer
                if not peer.publishes:
                    peer.await_answer(self.answer_timeout_s)
                message.get_response_headers().append(
                    'Location', f'/session/{peer.id}')
                reply(message, 201, sdp, SDP)
            message.unpause()

        if kind == 'whip':
            peer.publish(body, finish)
        else:
            peer.watch(finish)


def read_arguments():
    parser = argparse.ArgumentParser(
        description=_('Stands between WHIP and the video room of a Janus.'),
        epilog=_('In the environment, WHIP_TOKEN is what those who publish '
                 'must bear, and JANUS_SECRET is the api_secret of Janus.'))
    parser.add_argument('--answer-timeout', type=int, default=ANSWER_S,
                        metavar=_('SECONDS'),
                        help=_('time for the answer of who watches; '
                               'default: %(default)s'))
    parser.add_argument('janus', metavar='JANUS',
                        help=_('WebSocket address of Janus, such as '
                               'ws://127.0.0.1:8188'))
    parser.add_argument('address', metavar=_('ADDRESS'),
                        help=_('IP address to serve HTTP on'))
    parser.add_argument('port', metavar=_('PORT'), type=int,
                        help=_('port to serve HTTP on'))
    return parser.parse_args()


def main():
    options = read_arguments()
    for name in SETTINGS:
        if name not in os.environ:
            sys.exit(_('{} is not set in the environment.').format(name))
    bridge = Bridge(options)
    loop = GLib.MainLoop()
    for number in signal.SIGINT, signal.SIGTERM:
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, loop.quit)
    loop.run()
    bridge.server.disconnect()


if __name__ == '__main__':
    main()
