#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of docs/elements/*.md, made from the plugins as they are built.

A page is written by hand; between two marks stand the picture of the pads and
the tables of pads, properties and signals, which this program writes:

  element_pages.py --check [PAGE...]  status 1, and a difference, when stale
  element_pages.py --write [PAGE...]  brings them up to date

GST_PLUGIN_PATH_1_0 says where the plugins are. Only what these plugins add is
told, not what a newer GStreamer brings along, so that the result is the same
with all of its versions.
"""

import argparse
import difflib
import os
import pathlib
import sys

# Nothing of a translation may get into the pages.
os.environ['LC_ALL'] = 'C.UTF-8'
os.environ['LANGUAGE'] = 'en'

import gi  # noqa: E402
gi.require_version('Gst', '1.0')
from gi.repository import GLib, GObject, Gst  # noqa: E402

PAGES = pathlib.Path(__file__).resolve().parents[1] / 'elements'
PLUGINS = 'dtls', 'whep'
BEGIN = '<!-- Made by docs/tools/element_pages.py from the built plugin -->'
END = '<!-- End of the made part -->'
DIRECTION = {Gst.PadDirection.SINK: 'sink', Gst.PadDirection.SRC: 'source'}
PRESENCE = {Gst.PadPresence.ALWAYS: 'always',
            Gst.PadPresence.REQUEST: 'on request',
            Gst.PadPresence.SOMETIMES: 'sometimes'}
NUMBERS = {'guint', 'gint', 'guint64', 'gint64', 'gdouble', 'gfloat'}
NAMES = {'gchararray': 'string', 'gboolean': 'boolean'}
CHANGEABLE = [(Gst.PARAM_MUTABLE_PLAYING, 'PLAYING'),
              (Gst.PARAM_MUTABLE_PAUSED, 'PAUSED'),
              (Gst.PARAM_MUTABLE_READY, 'READY')]


def cell(text):
    """Text in one cell of a Markdown table."""
    return text.replace('|', r'\|').replace('\n', ' ')


def table(head, rows):
    lines = [head, ['---'] * len(head), *rows]
    return ['| ' + ' | '.join(line) + ' |' for line in lines]


def templates(factory):
    """The pad templates, in the order of their names."""
    return sorted(factory.get_static_pad_templates(),
                  key=lambda t: t.name_template)


def pad_names(factory, direction):
    return [t.name_template
            + ('' if t.presence == Gst.PadPresence.ALWAYS else ' ○')
            for t in templates(factory) if t.direction == direction]


def picture(name, factory):
    """The element as a box with its pads."""
    left = pad_names(factory, Gst.PadDirection.SINK)
    right = pad_names(factory, Gst.PadDirection.SRC)
    height = max(len(left), len(right), 1)
    into = [f'{pad} ──► ' for pad in left] + [''] * (height - len(left))
    out = [f' ──► {pad}' for pad in right] + [''] * (height - len(right))
    label = [''] * height
    label[(height - 1) // 2] = name
    width, inner = max(map(len, into)), len(name) + 4
    return [f'{"":{width}}┌{"─" * inner}┐',
            *(f'{into[row]:>{width}}│{label[row]:^{inner}}│{out[row]}'
              for row in range(height)),
            f'{"":{width}}└{"─" * inner}┘']


def pads(factory):
    rows = []
    for template in templates(factory):
        caps = template.get_caps()
        text = 'any' if caps.is_any() else ', '.join(
            dict.fromkeys(f'`{caps.get_structure(i).to_string().rstrip(";")}`'
                          for i in range(caps.get_size())))
        rows.append([f'`{template.name_template}`',
                     DIRECTION[template.direction],
                     PRESENCE[template.presence], cell(text)])
    return table(['Pad', 'Direction', 'There', 'Caps'], rows)


def is_ours(gtype):
    """Our types never take GStreamer's prefix."""
    return not gtype.name.startswith(('Gst', 'G'))


def properties_of(gtype):
    return sorted((p for p in GObject.list_properties(gtype)
                   if is_ours(p.owner_type)), key=lambda p: p.name)


def type_text(spec):
    if hasattr(spec, 'enum_class'):
        values = spec.enum_class.__enum_values__
        return ' '.join(f'`{values[i].value_nick}`' for i in sorted(values))
    name = spec.value_type.name
    if name in NUMBERS:
        return f'{name.lstrip("g")}, {spec.minimum} to {spec.maximum}'
    return NAMES.get(name, f'`{name}`')


def default_text(spec):
    if not spec.flags & GObject.ParamFlags.WRITABLE:
        return '–'
    value = spec.default_value
    if value is None:
        return 'none'
    if isinstance(value, bool):
        return f'`{str(value).lower()}`'
    if hasattr(value, 'value_nick'):
        return f'`{value.value_nick}`'
    return f'`{value}`'


def access_text(spec):
    if not spec.flags & GObject.ParamFlags.WRITABLE:
        return 'read'
    verb = ('read, write' if spec.flags & GObject.ParamFlags.READABLE
            else 'write')
    for flag, state in CHANGEABLE:
        if int(spec.flags) & flag:
            return f'{verb} (up to {state})'
    return verb


def property_rows(gtype):
    return [[f'`{spec.name}`', cell(spec.blurb), cell(type_text(spec)),
             cell(default_text(spec)), access_text(spec)]
            for spec in properties_of(gtype)]


def properties(gtype):
    rows = property_rows(gtype)
    if not rows:
        return ['It has none of its own.']
    return table(['Property', 'What it is', 'Type', 'Default', 'Access'], rows)


def owners(gtype):
    """The type and its parents, as far as they are ours."""
    while is_ours(gtype):
        yield gtype
        gtype = gtype.parent


def signals(gtype):
    rows = [signal_row(name, owner) for owner in owners(gtype)
            for name in GObject.signal_list_names(owner)]
    if not rows:
        return ['It has none of its own.']
    return table(['Signal', 'Kind', 'Arguments', 'Returns'], sorted(rows))


def signal_row(name, owner):
    query = GObject.signal_query(name, owner)
    is_action = query.signal_flags & GObject.SignalFlags.ACTION
    arguments = ', '.join(NAMES.get(t.name, t.name) for t in query.param_types)
    result = query.return_type.name
    return [f'`{name}`', 'action' if is_action else 'signal', f'({arguments})',
            '–' if result == 'void' else NAMES.get(result, result)]


def pad_types(name):
    """The types of pads that have properties, by template."""
    types = {t.name_template: t.props.gtype
             for t in Gst.ElementFactory.make(name).get_pad_template_list()}
    return sorted((pad, gtype) for pad, gtype in types.items()
                  if gtype.is_a(Gst.Pad) and properties_of(gtype))


def made_part(name):
    """The lines between the marks."""
    factory = Gst.ElementFactory.find(name).load()
    gtype = factory.get_element_type()
    lines = ['## Pads', '', '```text', *picture(name, factory), '```', '']
    if any(t.presence != Gst.PadPresence.ALWAYS for t in templates(factory)):
        lines += ['○ is there on request.', '']
    lines += [*pads(factory), '', '## Properties', '', *properties(gtype), '']
    for pad, pad_type in pad_types(name):
        lines += [f'### Of a pad `{pad}`', '', *properties(pad_type), '']
    lines += ['## Signals', '', *signals(gtype)]
    return lines


def elements():
    """Names of all elements of our plugins."""
    registry = Gst.Registry.get()
    return sorted(feature.get_name() for plugin in PLUGINS
                  for feature in registry.get_feature_list_by_plugin(plugin))


def with_made_part(text, made):
    """The text of a page with the part between the marks renewed."""
    before, mark, rest = text.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f'the page needs the lines\n{BEGIN}\n{END}')
    return '\n'.join([before + BEGIN, '', *made, '', END + after])


def new_page(name):
    factory = Gst.ElementFactory.find(name)
    text = factory.get_metadata('description')
    return f'# {name}\n\n{text}.\n\n{BEGIN}\n{END}\n'


def update(name, write):
    """Whether the page was as it should be; brings it there with write."""
    path = PAGES / f'{name}.md'
    old = path.read_text() if path.exists() else ''
    new = with_made_part(old or new_page(name), made_part(name))
    if old == new:
        return True
    if write:
        path.write_text(new)
        print(f'wrote {path.name}')
    else:
        sys.stdout.writelines(difflib.unified_diff(
            old.splitlines(True), new.splitlines(True),
            f'docs/elements/{name}.md', 'what the plugin says'))
    return False


def main():
    parser = argparse.ArgumentParser(
        description='Bring the tables of docs/elements up to date.')
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument('--check', action='store_true')
    mode.add_argument('--write', action='store_true')
    parser.add_argument('element', nargs='*')
    options = parser.parse_args()
    Gst.init(None)
    names = options.element or elements()
    fresh = [update(name, options.write) for name in names]
    return 0 if options.write or all(fresh) else 1


if __name__ == '__main__':
    sys.exit(main())
