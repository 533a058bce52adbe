#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The texts of the page in every language that there is, as JSON.

page_texts.py TEXTS.JS [LANGUAGE.po ...] > TEXTS.JSON

The result has an object for each language, by its BCP 47 tag, with the
translation of each English text. What is not translated is left out. Reading
and merging is left to GNU gettext.
"""

import json
import pathlib
import subprocess
import sys


def run(*command, text=None):
    return subprocess.run(command, input=text, encoding='utf-8', check=True,
                          stdout=subprocess.PIPE).stdout


def values(catalog):
    """The translations of a catalog in their order, without the header."""
    return run('msgexec', '0', text=catalog).split('\0')[1:-1]


def template_of(script):
    return run('xgettext', '--language=JavaScript', '--from-code=UTF-8',
               '--keyword=_', '--no-location', '-o', '-', script)


def translations(po, template):
    merged = run('msgmerge', '--quiet', '--no-fuzzy-matching', po, '-',
                 text=template)
    translated = run('msgattrib', '--no-obsolete', text=merged)
    english = values(run('msgen', '-', text=template))
    pairs = zip(english, values(translated), strict=True)
    return {text: other for text, other in pairs if other}


def main(script, *catalogs):
    template = catalogs and template_of(script)
    texts = {pathlib.Path(po).stem.replace('_', '-'): translations(po, template)
             for po in catalogs}
    json.dump(texts, sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)


if __name__ == '__main__':
    sys.stdout.reconfigure(encoding='utf-8')
    main(*sys.argv[1:])
