#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/sip-answerer.py, called by these elements and by OpenSSL.

Started by isolated.sh, so that nothing leaves.
"""

import hashlib
import os
import pathlib
import queue
import re
import ssl
import subprocess
import sys
import tempfile
import unittest

import gi
gi.require_version('Gst', '1.0')
from gi.repository import Gst  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tests' / 'check' / 'scripts'))
import tap  # noqa: E402

SCRIPT = ROOT / 'examples' / 'sip-answerer.py'
TIMEOUT_S = 60
PACKETS = 20
OFFER = '''v=0
o=caller 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
a=fingerprint:{fingerprint}
m=video 4000 {proto} 96
a=rtpmap:96 VP8/90000
m=audio {port} {proto} 111 8
a=rtpmap:111 speex/16000
a=rtpmap:8 PCMA/8000
a=setup:{setup}
'''
CALLER = '''
  dtlscertgen udpsrc name=in address=127.0.0.1 port=0 caps="application/x-srtp,
    media=audio, payload=8, clock-rate=8000, encoding-name=PCMA"
    ! dtlssrtpdemux name=demux
  demux.dtls_src ! dtlsdec name=dec connection-id=test verify=required
  demux.rtp_src ! srtpkeyer connection-id=test ! rtppcmadepay ! alawdec
    ! fakesink name=ear signal-handoffs=true sync=false async=false
  audiotestsrc is-live=true ! alawenc ! rtppcmapay ! srtpkeyer
    connection-id=test ! out.
  dtlsenc name=enc connection-id=test ! out. funnel name=out
    ! udpsink name=out-there host=127.0.0.1 async=false close-socket=false
'''


class Answerer:
    """The program, and what it answers."""

    def __init__(self, offer):
        self.process = subprocess.Popen(
            [sys.executable, SCRIPT], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=os.environ | {'LANGUAGE': 'en'})
        self.process.stdin.write(offer)
        self.process.stdin.close()
        self.answer = ''
        for line in self.process.stdout:
            self.answer += line
            if line.startswith('a=sendrecv'):
                break

    def value(self, pattern):
        return re.search(pattern, self.answer)[1]

    @property
    def port(self):
        return int(self.value(r'(?m)^m=audio (\d+)'))

    def ends(self):
        """Its status and what it said on the way."""
        said = self.process.stderr.read()
        self.process.stderr.close()
        self.process.stdout.close()
        return self.process.wait(TIMEOUT_S), said

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.ends()


class Caller:
    """Sends a tone and counts the packets that come back."""

    def __init__(self):
        self.pipeline = Gst.parse_launch(CALLER)
        self.dec, self.enc = map(self.pipeline.get_by_name, ('dec', 'enc'))
        source = self.pipeline.get_by_name('in')
        source.set_state(Gst.State.READY)
        self.port = source.props.port
        self.sink = self.pipeline.get_by_name('out-there')
        self.sink.props.socket = source.props.used_socket
        self.pipeline.set_state(Gst.State.READY)
        self.heard = 0
        self.events = queue.Queue()
        self.pipeline.get_by_name('ear').connect('handoff', self.on_sound)
        self.dec.connect('notify::connection-state', lambda dec, _: (
            self.events.put(dec.props.connection_state.value_nick)))

    def on_sound(self, *_):
        self.heard += 1
        if self.heard == PACKETS:
            self.events.put('heard')

    def call(self, answerer, is_client, fingerprint=None):
        self.dec.props.peer_fingerprint = fingerprint or answerer.value(
            'a=fingerprint:(.*)')
        self.enc.props.is_client = is_client
        self.sink.props.port = answerer.port
        self.pipeline.set_state(Gst.State.PLAYING)

    def waits_for(self, event):
        while self.events.get(timeout=TIMEOUT_S) != event:
            pass

    def hang_up(self):
        self.pipeline.send_event(Gst.Event.new_eos())
        self.pipeline.get_bus().timed_pop_filtered(
            TIMEOUT_S * Gst.SECOND, Gst.MessageType.EOS)


class Calls(unittest.TestCase):
    def caller(self):
        caller = Caller()
        self.addCleanup(caller.pipeline.set_state, Gst.State.NULL)
        return caller

    def answer(self, **words):
        words = {'proto': 'RTP/SAVPF', 'setup': 'actpass'} | words
        answerer = Answerer(OFFER.format(**words))
        self.addCleanup(answerer.kill)
        return answerer

    def talk(self, offered, answered, **words):
        caller = self.caller()
        answerer = self.answer(port=caller.port, setup=offered,
                               fingerprint=caller.dec.props.fingerprint,
                               **words)
        self.assertEqual(answered, answerer.value('a=setup:(.*)'))
        caller.call(answerer, answered == 'passive')
        caller.waits_for('heard')
        self.assertTrue(caller.dec.props.stats.get_boolean('verified').value)
        caller.hang_up()
        status, said = answerer.ends()
        self.assertEqual(0, status, said)
        self.assertNotRegex(said, 'WARNING|CRITICAL')
        return answerer

    def test_caller_leaves_the_choice(self):
        answerer = self.talk('actpass', 'active')
        self.assertRegex(answerer.answer, '(?m)^m=video 0 RTP/SAVPF 96')
        self.assertRegex(answerer.answer, r'(?m)^m=audio \d+ RTP/SAVPF 8')

    def test_caller_is_the_dtls_client(self):
        self.talk('active', 'passive', proto='UDP/TLS/RTP/SAVP')

    def test_caller_is_the_dtls_server(self):
        self.talk('passive', 'active', proto='UDP/TLS/RTP/SAVPF')

    def test_caller_with_another_certificate(self):
        caller = self.caller()
        answerer = self.answer(port=caller.port,
                               fingerprint=self.fingerprint_of_nobody())
        caller.call(answerer, False)
        status, said = answerer.ends()
        self.assertEqual(1, status)
        self.assertIn("The peer's certificate is not the one", said)
        caller.waits_for('failed')
        self.assertEqual(0, caller.heard)

    def test_answerer_with_another_certificate(self):
        caller = self.caller()
        answerer = self.answer(port=caller.port,
                               fingerprint=caller.dec.props.fingerprint)
        caller.call(answerer, False, self.fingerprint_of_nobody())
        caller.waits_for('failed')
        status, said = answerer.ends()
        self.assertEqual(1, status)
        self.assertIn('The peer ended the association with the alert', said)
        self.assertEqual(0, caller.heard)

    @staticmethod
    def fingerprint_of_nobody():
        return 'sha-256 ' + ':'.join(['AB'] * 32)


class OpenSSL(unittest.TestCase):
    """A caller nobody here wrote, as DTLS client."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        subprocess.run(
            ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
             'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem', '-out',
             'cert.pem', '-subj', '/CN=caller'], cwd=self.folder, check=True,
            capture_output=True)
        self.fingerprint = self.fingerprint_of(
            (self.folder / 'cert.pem').read_text())

    @staticmethod
    def fingerprint_of(pem):
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        return 'sha-256 ' + ':'.join(re.findall('..', digest.upper()))

    def call(self, fingerprint):
        """The answerer, and what s_client said about its call."""
        answerer = Answerer(OFFER.format(
            fingerprint=fingerprint, port=6000, setup='active',
            proto='UDP/TLS/RTP/SAVPF'))
        self.addCleanup(answerer.kill)
        client = subprocess.Popen(
            ['openssl', 's_client', '-dtls1_2', '-bind', '127.0.0.1:6000',
             '-connect', f'127.0.0.1:{answerer.port}', '-cert', 'cert.pem',
             '-key', 'key.pem', '-use_srtp', 'SRTP_AEAD_AES_128_GCM'],
            cwd=self.folder, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(client.wait)
        self.addCleanup(client.kill)
        said = []
        for line in client.stdout:
            said.append(line)
            if 'Extended master secret' in line or 'alert' in line:
                break
        client.stdin.close()  # sends its close_notify
        client.stdout.close()
        return answerer, ''.join(said)

    def test_verified_on_both_sides(self):
        answerer, said = self.call(self.fingerprint)
        self.assertIn('profile=SRTP_AEAD_AES_128_GCM', said)
        shown = re.search(r'-----BEGIN CERT.*?-----END CERTIFICATE-----\n',
                          said, re.S)[0]
        self.assertEqual(answerer.value('a=fingerprint:(.*)'),
                         self.fingerprint_of(shown))
        status, told = answerer.ends()
        self.assertEqual(0, status, told)
        self.assertRegex(told, '(?m)^connected$')

    def test_another_certificate(self):
        answerer, _said = self.call(Calls.fingerprint_of_nobody())
        status, told = answerer.ends()
        self.assertEqual(1, status)
        self.assertIn("The peer's certificate is not the one", told)


class Refused(unittest.TestCase):
    """One sentence, and no answer."""

    def refuses(self, word, change, to):
        offer = OFFER.format(fingerprint=Calls.fingerprint_of_nobody(),
                             port=6000, setup='actpass', proto='RTP/SAVPF')
        answerer = Answerer(offer.replace(change, to) if change else '')
        status, said = answerer.ends()
        self.assertEqual((1, ''), (status, answerer.answer))
        self.assertRegex(said, word)
        self.assertEqual(1, len(said.splitlines()), said)

    def test_offers(self):
        crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:' + 'A' * 40
        for word, change, to in (
                ('not an SDP offer', 'm=', 'x='),
                ('not an SDP offer', None, None),
                ('no a=fingerprint', 'a=fingerprint:', 'a=x:'),
                ('no a=fingerprint', re.search(r'a=fing.*', OFFER)[0].format(
                    fingerprint=Calls.fingerprint_of_nobody()), crypto),
                ('too weak', 'sha-256', 'sha-1'),
                ('not have the 32 bytes', 'AB:', ''),
                ('no audio with one of', 'RTP/SAVPF', 'RTP/AVP'),
                ('no audio with one of', 'm=audio 6000', 'm=audio 0'),
                ('no codec', 'PCMA', 'G729'),
                ('no line c=', 'c=IN IP4 127.0.0.1\n', '')):
            with self.subTest(word):
                self.refuses(word, change, to)


if __name__ == '__main__':
    Gst.init(None)
    tap.main()
