# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the other Python programs share: texts in the user's language, from
the build tree or as installed, and what their pages are made of.

Import it before the first element is made: the elements' sentences are in the
same language.
"""

import contextlib
import gettext
import locale
import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
BUILT = pathlib.Path(os.environ.get('BUILD_DIR', HERE.parent / 'build'))
DOMAIN = 'gst-dtls-srtp'
TYPES = {'.html': 'text/html', '.js': 'text/javascript',
         '.json': 'application/json'}

os.environ['TEXTDOMAIN'] = DOMAIN
if (BUILT / 'po').is_dir():
    os.environ['TEXTDOMAINDIR'] = str(BUILT / 'po')
with contextlib.suppress(locale.Error):  # of a locale that is not installed
    locale.setlocale(locale.LC_MESSAGES, '')
gettext.bindtextdomain(DOMAIN, os.environ.get('TEXTDOMAINDIR'))
gettext.textdomain(DOMAIN)
_ = gettext.gettext

# What argparse says, which looks for it in the same catalog.
ARGPARSE = [
    _('usage: '),
    _('options'),
    _('positional arguments'),
    _('show this help message and exit'),
    _('%(prog)s: error: %(message)s\n'),
    _('the following arguments are required: %s'),
    _('unrecognized arguments: %s'),
    _('argument %(argument_name)s: %(message)s'),
    _('expected one argument'),
    _('ambiguous option: %(option)s could match %(matches)s'),
    _('ignored explicit argument %r'),
    _('invalid %(type)s value: %(value)r'),
    _("can't open '%(filename)s': %(error)s"),
]


def page_file(name, path):
    """What the page NAME.html has at a path of its server: the type and the
    text, or None. Where nothing is built, the page is in English."""
    file = {'/': HERE / f'{name}.html',
            f'/{name}.js': HERE / f'{name}.js',
            '/language.js': HERE.parent / 'gst/whep/page/language.js',
            '/texts.json': BUILT / 'examples' / f'{name}.json'}.get(path)
    if not file or not file.exists():
        return None
    return f'{TYPES[file.suffix]}; charset=utf-8', file.read_text('utf-8')
