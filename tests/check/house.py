#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plan of the house: which file may know which.

Reads the sources under gst/ and fails on an arrow that is not in the plan.
Each rule is also tried on a small house with one fault planted in it.
"""

import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'scripts'))
import tap  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
GST = ROOT / 'gst'

# Whose headers a room may include, beside its own. whep finds the elements of
# dtls by their factory names, as any application would.
ARROWS = {
    'engine': set(),
    'srtp': {'engine'},
    'dtls': {'engine', 'srtp'},
    'whep': set(),
}

# A library, and the rooms that may include its headers.
LIBRARIES = {
    r'gst/': {'dtls', 'whep'},
    r'srtp2/': {'srtp'},
    r'nice/|agent\.h|libsoup/': {'whep'},
    r'openssl/': set(),
}

# A second TLS library can stand beside GnuTLS as long as one file knows its
# sessions. Cookies for a ClientHello are made before there is one.
SESSION_FILE = pathlib.Path('engine/gnutls-session.c')
SESSION_API = re.compile(
    r'\bgnutls_(init|deinit|bye|(handshake|record|session|transport|'
    r'dtls(?!_cookie_)|priority|alert|prf|srtp|ext|protocol|packet|heartbeat)'
    r'_\w+|handshake|credentials_set|'
    r'certificate_(get_peers|server_set_request))\s*\(')

# What would make the engine more than a function of its input.
ENGINE_FOREIGN = re.compile(
    r'\b(g_thread_\w+|pthread_\w+|g_socket_\w+|socket|sendto|recvfrom|'
    r'g_main_\w+|g_timeout_add\w*|g_idle_add\w*|g_usleep|usleep|sleep|'
    r'nanosleep|poll|select|g_get_monotonic_time)\s*\(')

TRANSLATED = re.compile(r'\bN?_ ?\(')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
STRING = re.compile(r'"(\\.|[^"\\\n])*"')


def sources(gst):
    return sorted(p for p in gst.rglob('*') if p.suffix in ('.c', '.h'))


def room_of(path):
    return path.parts[0]


def is_element(name):
    return name.startswith('gst')


def included_room(path, name):
    """The room of a quoted include, or None for a generated header."""
    folders = pathlib.PurePosixPath(name).parts[:-1]
    return folders[0] if folders else room_of(path)


def quoted_faults(path, name):
    room, target = room_of(path), included_room(path, name)
    if '..' in name:
        yield f'includes by a way out of its room: "{name}"'
    elif target not in ARROWS[room] | {room}:
        yield f'includes "{name}": no arrow from {room} to {target}'
    header = pathlib.PurePosixPath(name)
    if is_element(header.name) and path.stem not in (header.stem, 'plugin'):
        yield f'includes the header of an element: "{name}"'


def library_faults(path, name):
    for pattern, rooms in LIBRARIES.items():
        if re.match(pattern, name) and room_of(path) not in rooms:
            yield f'includes <{name}>, which is not for {room_of(path)}'


def include_faults(path, text):
    for kind, name in INCLUDE.findall(text):
        check = quoted_faults if kind == '"' else library_faults
        yield from check(path, name)


def call_faults(path, text):
    code = STRING.sub('""', COMMENT.sub('', text))
    if path != SESSION_FILE:
        for call in SESSION_API.finditer(code):
            yield f'calls {call[0]}), which only {SESSION_FILE} may'
    if room_of(path) == 'engine':
        for call in ENGINE_FOREIGN.finditer(code):
            yield f'calls {call[0]}): no thread, socket, loop or sleep here'


def form_faults(path, text):
    if 'SPDX-License-Identifier: LGPL-2.1-or-later' not in text[:80]:
        yield 'does not begin with its licence'
    includes = INCLUDE.findall(text)
    if path.suffix == '.c' and includes and includes[0][1] != 'config.h':
        yield 'does not include config.h first'


def faults(gst):
    """All faults of the sources under gst, as lines of text."""
    found = []
    for source in sources(gst):
        path = source.relative_to(gst)
        if path.parts[0] not in ARROWS:
            found.append(f'{path}: not in a room')
            continue
        text = source.read_text()
        for rule in (include_faults, call_faults, form_faults):
            found += [f'{path}: {fault}' for fault in rule(path, text)]
    return found


def translated(root):
    """The sources with a text that a person sees."""
    return [str(p.relative_to(root)) for p in sources(root / 'gst')
            if TRANSLATED.search(COMMENT.sub('', p.read_text()))]


HEAD = '/* SPDX-License-Identifier: LGPL-2.1-or-later */\n'
GOOD = {
    'engine/a.c': '#include "config.h"\n#include "a.h"\n'
                  '#include <gnutls/gnutls.h>\n',
    'engine/gnutls-session.c': '#include "config.h"\n'
                               'int f (void) { return gnutls_init (0, 0); }\n',
    'srtp/b.c': '#include "config.h"\n#include "engine/a.h"\n'
                '#include <srtp2/srtp.h>\n',
    'dtls/gstelement.c': '#include "config.h"\n#include "gstelement.h"\n'
                         '#include <gst/gst.h>\n#include "srtp/b.h"\n',
    'whep/c.c': '#include "config.h"\n#include "generated.h"\n'
                '#include <gst/gst.h>\n',
}


class SmallHouse(unittest.TestCase):
    """The rules, on a house of five files."""

    def faults_with(self, name=None, body=''):
        with tempfile.TemporaryDirectory() as folder:
            gst = pathlib.Path(folder)
            files = {k: HEAD + v for k, v in GOOD.items()}
            if name:
                files[name] = files.get(name, HEAD) + body
            for path, text in files.items():
                (gst / path).parent.mkdir(exist_ok=True)
                (gst / path).write_text(text)
            return faults(gst)

    def assert_caught(self, name, body, word):
        found = self.faults_with(name, body)
        self.assertEqual(len(found), 1, found)
        self.assertIn(name, found[0])
        self.assertIn(word, found[0])

    def test_good_house(self):
        self.assertEqual(self.faults_with(), [])

    def test_arrows(self):
        for name, header in [('engine/a.c', 'srtp/b.h'),
                             ('engine/a.c', 'dtls/x.h'),
                             ('srtp/b.c', 'dtls/x.h'),
                             ('dtls/gstelement.c', 'whep/c.h'),
                             ('whep/c.c', 'dtls/x.h'),
                             ('whep/c.c', 'engine/a.h')]:
            with self.subTest(name=name, header=header):
                self.assert_caught(name, f'#include "{header}"\n', header)

    def test_ways_around(self):
        self.assert_caught('engine/a.c', '#include "../srtp/b.h"\n', 'way out')
        self.assert_caught('engine/a.c', '#  include   "srtp/b.h"\n', 'arrow')
        self.assert_caught('attic/d.c', '', 'not in a room')

    def test_elements(self):
        self.assert_caught('dtls/gstother.c',
                           '#include "config.h"\n#include "gstelement.h"\n',
                           'header of an element')
        self.assertEqual(self.faults_with(
            'dtls/plugin.c',
            '#include "config.h"\n#include "gstelement.h"\n'), [])

    def test_libraries(self):
        for name, header in [('engine/a.c', 'gst/gst.h'),
                             ('srtp/b.c', 'gst/gst.h'),
                             ('dtls/gstelement.c', 'srtp2/srtp.h'),
                             ('dtls/gstelement.c', 'nice/agent.h'),
                             ('engine/a.c', 'openssl/ssl.h')]:
            with self.subTest(name=name, header=header):
                self.assert_caught(name, f'#include <{header}>\n', header)

    def test_session_api(self):
        for call in ['gnutls_init (&s, 0);', 'gnutls_handshake(s);',
                     'gnutls_record_send (s, 0, 0);', 'gnutls_bye (s, 0);',
                     'gnutls_dtls_set_mtu (s, 1200);',
                     'gnutls_srtp_set_profile (s, 1);']:
            with self.subTest(call=call):
                self.assert_caught('dtls/gstelement.c', call, 'gnutls_')
        self.assertEqual(self.faults_with(
            'engine/a.c', '/* gnutls_init () */ "gnutls_bye ()";\n'
            'gnutls_certificate_set_x509_key (c);\n'
            'gnutls_dtls_cookie_send (c);\n'), [])

    def test_engine_is_pure(self):
        for call in ['g_thread_new (a)', 'socket (a)', 'g_main_loop_new (a)',
                     'g_usleep (1)', 'g_get_monotonic_time ()']:
            with self.subTest(call=call):
                self.assert_caught('engine/a.c', call, 'no thread')
        self.assertEqual(self.faults_with('dtls/gstelement.c',
                                          'g_get_monotonic_time ()'), [])

    def test_translated(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / 'gst' / 'engine').mkdir(parents=True)
            for name, text in [('a.c', 'f (_("text"));'),
                               ('b.c', 'N_ ("text")'),
                               ('c.c', 'f_("text"); /* _("text") */')]:
                (root / 'gst' / 'engine' / name).write_text(text)
            self.assertEqual(translated(root),
                             ['gst/engine/a.c', 'gst/engine/b.c'])

    def test_form(self):
        self.assert_caught('engine/e.c', '#include "a.h"\n', 'config.h')
        with tempfile.TemporaryDirectory() as folder:
            gst = pathlib.Path(folder)
            (gst / 'engine').mkdir()
            (gst / 'engine' / 'a.h').write_text('int a;\n')
            self.assertIn('licence', faults(gst)[0])


class House(unittest.TestCase):
    """The rules, on the house itself."""

    def test_plan(self):
        self.assertEqual(faults(GST), [])

    def test_texts_reach_translators(self):
        listed = {line for line in
                  (ROOT / 'po' / 'POTFILES').read_text().splitlines()
                  if line.endswith(('.c', '.h')) and line.startswith('gst/')}
        self.assertEqual(listed, set(translated(ROOT)))

    def test_is_read(self):
        rooms = {room_of(p.relative_to(GST)) for p in sources(GST)}
        self.assertEqual(rooms, set(ARROWS))


if __name__ == '__main__':
    tap.main()
