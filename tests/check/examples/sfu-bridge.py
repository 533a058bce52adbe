#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/sfu-bridge.py, with an API of Janus that only keeps books.

Started by isolated.sh, so that nothing leaves.
"""

import http.client
import json
import os
import pathlib
import queue
import subprocess
import sys
import threading
import time
import unittest

import gi
gi.require_version('Soup', '3.0')
from gi.repository import GLib, Soup  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tests' / 'check' / 'scripts'))
import tap  # noqa: E402

SCRIPT = ROOT / 'examples' / 'sfu-bridge.py'
TOKEN = 'of-this-test'
TIMEOUT_S = 60
ANSWER_S = 1
PORT = 8080  # of a network of its own


class Janus:
    """Grants whatever is asked for; `ended` are the handles given back."""

    def __init__(self):
        self.ended = queue.Queue()
        self.handles = 0
        self.sockets = []
        self.refuses = False
        self.server = Soup.Server()
        self.server.add_websocket_handler(
            None, None, ['janus-protocol'], self.on_socket)
        self.server.listen_local(0, Soup.ServerListenOptions.IPV4_ONLY)
        port = self.server.get_uris()[0].get_port()
        self.uri = f'ws://127.0.0.1:{port}'
        self.loop = GLib.MainLoop()
        self.thread = threading.Thread(target=self.loop.run)
        self.thread.start()

    def on_socket(self, _server, _message, _path, socket):
        socket.connect('message', self.on_message)
        self.sockets.append(socket)

    def on_message(self, socket, _kind, data):
        request = json.loads(data.get_data())
        reply = {'janus': 'success', 'transaction': request['transaction']}
        if request['janus'] == 'detach':
            self.ended.put(request['handle_id'])
        elif request['janus'] == 'attach' and self.refuses:
            reply['error'] = {'reason': 'too many handles'}
        elif request['janus'] in ('create', 'attach'):
            self.handles += 1
            reply['data'] = {'id': self.handles}
        elif 'ptype' in request['body']:
            reply['jsep'] = {'sdp': f'v={self.handles}'}
        socket.send_text(json.dumps(reply))

    def stop(self):
        GLib.idle_add(self.loop.quit)
        self.thread.join()
        self.server.disconnect()


class Bridge(unittest.TestCase):

    def setUp(self):
        self.janus = Janus()
        self.addCleanup(self.janus.stop)
        self.bridge = subprocess.Popen(
            [sys.executable, SCRIPT, '--answer-timeout', str(ANSWER_S),
             self.janus.uri, '127.0.0.1', str(PORT)],
            env={**os.environ, 'WHIP_TOKEN': TOKEN, 'JANUS_SECRET': 'j'},
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            try:
                self.ask('GET', '/')
                return
            except ConnectionRefusedError:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)

    def stop(self):
        self.bridge.terminate()
        _, errors = self.bridge.communicate(timeout=TIMEOUT_S)
        self.assertEqual('', errors)

    def ask(self, method, path, body=None):
        """Returns the status, Location, and the body."""
        connection = http.client.HTTPConnection('127.0.0.1', PORT,
                                                timeout=TIMEOUT_S)
        connection.request(method, path, body,
                           {'Authorization': f'Bearer {TOKEN}'})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, response.headers['Location'], text

    def begin(self, path):
        """Returns Location and the handle of Janus."""
        status, location, sdp = self.ask('POST', path, 'v=0')
        self.assertEqual(201, status)
        return location, int(sdp.removeprefix('v='))

    def test_who_never_answers_loses_his_handle(self):
        location, handle = self.begin('/watch/1')
        self.assertEqual(handle, self.janus.ended.get(timeout=TIMEOUT_S))
        self.assertEqual(404, self.ask('PATCH', location, 'v=0')[0])
        self.assertEqual(404, self.ask('DELETE', location)[0])

    def test_who_answers_or_publishes_keeps_it(self):
        publisher, _ = self.begin('/whip/1')
        watcher, _ = self.begin('/watch/1')
        self.assertEqual(204, self.ask('PATCH', watcher, 'v=0')[0])
        _, silent = self.begin('/watch/1')  # whose time is up last
        self.assertEqual(silent, self.janus.ended.get(timeout=TIMEOUT_S))
        self.assertEqual(200, self.ask('DELETE', watcher)[0])
        self.assertEqual(200, self.ask('DELETE', publisher)[0])

    def test_who_leaves_first_leaves_once(self):
        location, handle = self.begin('/watch/1')
        self.assertEqual(200, self.ask('DELETE', location)[0])
        _, silent = self.begin('/watch/1')
        self.assertEqual(handle, self.janus.ended.get(timeout=TIMEOUT_S))
        self.assertEqual(silent, self.janus.ended.get(timeout=TIMEOUT_S))

    def test_no_handle(self):
        self.janus.refuses = True
        self.assertEqual((502, None, 'too many handles'),
                         self.ask('POST', '/watch/1'))


if __name__ == '__main__':
    tap.main()
