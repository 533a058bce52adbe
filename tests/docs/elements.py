#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/elements says what the built plugins say."""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import threading
import unittest

import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'docs' / 'tools'))
import element_pages  # noqa: E402
from element_pages import Gst  # noqa: E402

Gst.init(None)
PAGES = element_pages.PAGES
HOWTO = 'run: meson compile -C BUILD element-pages'


def update(name, write=False):
    """Whether the page is fresh, and what the program printed."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        fresh = element_pages.update(name, write)
    return fresh, out.getvalue()


class Pages(unittest.TestCase):
    def test_are_of_our_plugins(self):
        build = pathlib.Path(os.environ['BUILD_DIR'])
        for name in element_pages.elements():
            plugin = Gst.ElementFactory.find(name).get_plugin()
            self.assertTrue(
                pathlib.Path(plugin.get_filename()).is_relative_to(build), name)

    def test_say_what_the_plugins_say(self):
        for name in element_pages.elements():
            with self.subTest(name):
                fresh, difference = update(name)
                self.assertTrue(fresh, f'{HOWTO}\n{difference}')

    def test_each_is_of_an_element(self):
        pages = {page.stem for page in PAGES.glob('*.md')} - {'index'}
        missing = pages - set(element_pages.elements())
        if 'whepsink' in missing and not Gst.Registry.get().find_plugin('whep'):
            missing -= {'whepsink', 'whipsink'}
        self.assertEqual(set(), missing)

    def test_each_is_in_the_index(self):
        index = (PAGES / 'index.md').read_text()
        for name in element_pages.elements():
            self.assertIn(f'({name}.md)', index)

    def test_each_signal_is_explained(self):
        for name in element_pages.elements():
            text = (PAGES / f'{name}.md').read_text()
            by_hand = (text.split(element_pages.BEGIN)[0]
                       + text.split(element_pages.END)[-1])
            gtype = Gst.ElementFactory.find(name).load().get_element_type()
            for owner in element_pages.owners(gtype):
                for signal in element_pages.GObject.signal_list_names(owner):
                    self.assertIn(f'`{signal}`', by_hand, name)


PAIR = '''dtlsenc name=dtlsenc connection-id=a is-client=true
  ! dtlsdec connection-id=b
  dtlsenc connection-id=b ! dtlsdec name=dtlsdec connection-id=a
  srtpkeyer name=srtpkeyer connection-id=a
  dtlssrtpdemux name=dtlssrtpdemux'''


def fields(structure):
    """Names of the fields, and of those within them."""
    for i in range(structure.n_fields()):
        name = structure.nth_field_name(i)
        yield name
        value = structure.get_value(name)
        if isinstance(value, Gst.Structure):
            yield from fields(value)


class Statistics(unittest.TestCase):
    """Each field of stats, of a peer that is connected, is explained."""

    def setUp(self):
        self.pipeline = Gst.parse_launch(PAIR)
        self.addCleanup(self.pipeline.set_state, Gst.State.NULL)
        connected = threading.Event()
        dec = self.pipeline.get_by_name('dtlsdec')
        dec.connect('notify::connection-state', lambda d, _: connected.set()
                    if d.props.connection_state.value_nick == 'connected'
                    else None)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.assertTrue(connected.wait(30))

    def test_each_field_is_explained(self):
        for name in 'dtlsenc', 'dtlsdec', 'srtpkeyer', 'dtlssrtpdemux':
            text = (PAGES / f'{name}.md').read_text()
            stats = self.pipeline.get_by_name(name).props.stats
            found = list(fields(stats))
            self.assertTrue(found, name)
            for field in found:
                self.assertIn(f'`{field}`', text, name)


class Stale(unittest.TestCase):
    """The check notices, and the writer mends."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.page = pathlib.Path(folder.name) / 'dtlsdec.md'
        self.page.write_text((PAGES / 'dtlsdec.md').read_text())
        element_pages.PAGES = self.page.parent
        self.addCleanup(setattr, element_pages, 'PAGES', PAGES)

    def test_lost_property_is_noticed_and_mended(self):
        update('dtlsdec', write=True)
        fresh = self.page.read_text()
        self.page.write_text(''.join(
            line for line in fresh.splitlines(True) if '| `mtu` |' not in line))
        ok, difference = update('dtlsdec')
        self.assertFalse(ok)
        self.assertIn('+| `mtu` |', difference)
        update('dtlsdec', write=True)
        self.assertEqual(fresh, self.page.read_text())

    def test_page_without_marks_is_refused(self):
        self.page.write_text('# dtlsdec\n')
        with self.assertRaisesRegex(ValueError, 'needs the lines'):
            update('dtlsdec')

    def test_text_by_hand_stays(self):
        self.page.write_text('before\n\n' + self.page.read_text() + '\nafter\n')
        update('dtlsdec', write=True)
        text = self.page.read_text()
        self.assertTrue(text.startswith('before\n'))
        self.assertTrue(text.endswith('after\n'))


if __name__ == '__main__':
    tap.main()
