#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every text that a person sees is marked for translation.

Reads the examples and the pages, and takes a literal that reads like words of
a person for a text. Each rule is also tried on a line with one text that is
not marked.
"""

import ast
import html.parser
import pathlib
import re
import unittest

import tap

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGES = ROOT / 'gst' / 'whep' / 'page'
EXAMPLES = ROOT / 'examples'

# Two words in a row, or one that is a sentence.
WORDS = re.compile(r'[A-Za-z]{2,}[.,;:]? [a-z]{2,}|^[A-Z][a-z]+[.!?]$')
# Pipelines, SDP and names of styles look like it.
NO_TEXT = re.compile(r'[=!]|^[.#]')


def reads(literal):
    return bool(WORDS.search(literal)) and not NO_TEXT.search(literal)


def python_faults(source):
    tree = ast.parse(source)
    marked = set()
    for node in ast.walk(tree):
        is_call = isinstance(node, ast.Call)
        if is_call and getattr(node.func, 'id', '') == '_':
            marked |= {id(n) for n in ast.walk(node)}
        elif isinstance(node, ast.Expr):  # a docstring
            marked.add(id(node.value))
    return [node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            and id(node) not in marked and reads(node.value)]


# Comments, marked texts and other literals; the first that begins wins.
C_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|\b_ ?\((?:\s*"(?:\\.|[^"\\])*")+\s*\)'
                     r'|((?:\s*"(?:\\.|[^"\\])*")+)', re.S)
JS_TOKEN = re.compile(r"/\*.*?\*/|//[^\n]*|\b_\((?:\s*\+?\s*'(?:\\.|[^'\\])*')+\)"
                      r"|\bclassName = [^;]*|"
                      r"('(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)", re.S)
# Files that are written, comments, marked texts; then what is printed.
SH_TOKEN = re.compile(r'<<END\n.*?\nEND$|(?:^|\s)#[^\n]*'
                      r'|\b(?:eval_)?gettext "(?:\\.|[^"\\])*"'
                      r'|\b(?:echo|printf|fail)\s[^\n"\']*'
                      r'("(?:\$\((?:eval_)?gettext "(?:\\.|[^"\\])*"\)'
                      r'|\$\([^)]*\)|\\.|[^"\\])*"|\'[^\']*\')', re.S | re.M)
SH_MARKED = re.compile(r'\$\((?:eval_)?gettext "(?:\\.|[^"\\])*"\)')


def c_faults(source):
    literals = (m[1] for m in C_TOKEN.finditer(source) if m[1])
    joined = (''.join(re.findall(r'"((?:\\.|[^"\\])*)"', text))
              for text in literals)
    return [text for text in joined if reads(text)]


def js_faults(source):
    return [m[1] for m in JS_TOKEN.finditer(source) if m[1] and reads(m[1][1:-1])]


def sh_faults(source):
    printed = (SH_MARKED.sub('', m[1])[1:-1]
               for m in SH_TOKEN.finditer(source) if m[1])
    return [text for text in printed if WORDS.search(text)]


FAULTS = {'.py': python_faults, '.c': c_faults, '.js': js_faults,
          '.sh': sh_faults}


def texts_of(script):
    """The English texts of a page's script, by key."""
    found = re.findall(r"^  (\w+): _\(((?:\s*\+?\s*'(?:\\.|[^'\\])*')+)\)",
                       script, re.M)
    return {key: ''.join(re.findall(r"'((?:\\.|[^'\\])*)'", literals))
            for key, literals in found}


class Page(html.parser.HTMLParser):
    """Collects the texts that are not those of the script."""

    VOID = {'meta', 'link', 'img', 'input', 'br', 'wbr'}

    def __init__(self, texts):
        super().__init__()
        self.texts, self.open, self.faults = texts, [], []

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        for name in 'aria-label', 'alt', 'placeholder', 'title':
            text = attributes.get(name)
            if text and text != self.texts.get(attributes.get('data-label')):
                self.faults.append(text)
        if tag not in self.VOID:
            self.open.append((tag, attributes.get('data-text')))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        text = ' '.join(data.split())
        tag, key = self.open[-1] if self.open else ('', None)
        if (re.search(r'[^\W\d_]', re.sub(r'@\w+@', '', text))
                and tag not in ('script', 'style')
                and text != self.texts.get(key)):
            self.faults.append(text)


def html_faults(source, script):
    page = Page(texts_of(script))
    page.feed(source)
    return page.faults


def script_of(page):
    """Where the texts of a page are."""
    own = page.with_suffix('.js')
    return own if own.exists() else page.with_name('texts.js')


class Rules(unittest.TestCase):
    """Each rule: what it must let pass, and one text that it must find."""

    def check(self, kind, passes, fault):
        self.assertEqual([], FAULTS[kind](passes))
        self.assertEqual(1, len(FAULTS[kind](f'{passes}\n{fault}')), fault)

    def test_python(self):
        passes = '"""A docstring of words."""\nprint(_("Not so fast."))\n' \
            'run("videotestsrc name=a ! fakesink")\nf(_("one " "two"), "Soup")'
        for fault in ('print("Not so fast.")', 'sys.exit(f"no {x} there is")',
                      'p(help="the file")', 'say("Recording.")'):
            self.check('.py', passes, fault)

    def test_c(self):
        passes = '/* "Not so fast" */ f (_("one two" "three four"), "new"); ' \
            '// "on and on"\ng ("udpsrc port=0 ! " "fakesink"); h (\'"\');'
        for fault in ('g_print ("Not so fast\\n");', 'die ("is" " missing");',
                      'die (_("one two"), "three four");', 'f_ ("one two");'):
            self.check('.c', passes.replace('h (\'"\');', ''), fault)

    def test_js(self):
        passes = "// say('one two')\nsay(_('one two' + ' three')); " \
            "a.className = 'card warm'; f('m=video 9 UDP', 'a', `${b} ${c}`);"
        for fault in ("say('Not so fast');", 'say(`It is ${state}.`);',
                      "say('Recording.');"):
            self.check('.js', passes, fault)

    def test_sh(self):
        passes = '# echo "one two"\necho "$(gettext "one two")" "$@" >&2\n' \
            'cat <<END\necho "one two"\nEND\nprintf \'%s\\n\' "$a"\n' \
            'fail "$(eval_gettext "one \\$a two")" 2\ngettext "one\ntwo three"'
        for fault in ('echo "not so fast"', "echo 'not so fast'",
                      'fail "not so fast: $(pwd)"'):
            self.check('.sh', passes, fault)

    def test_html(self):
        script = "  one: _('One'),\n  two: _('Two'\n    + ' words'),\n"
        good = '<style>a b</style><p data-text="two">Two words <img alt=""></p>' \
            '<b aria-label="One" data-label="one">–</b><i>@ENDPOINT@</i>'
        self.assertEqual([], html_faults(good, script))
        for fault in ('<p>One</p>', '<p data-text="one">Two</p>',
                      '<p data-text="three">Three</p>', '<p title="One"></p>',
                      '<p data-text="one">One</p> One'):
            self.assertEqual(1, len(html_faults(good + fault, script)), fault)


class Texts(unittest.TestCase):
    def sources(self):
        found = [file for folder in (EXAMPLES, PAGES)
                 for file in sorted(folder.iterdir())]
        self.assertTrue(FAULTS.keys() | {'.html'} <= {f.suffix for f in found})
        return found

    def test_each_is_marked(self):
        for file in self.sources():
            with self.subTest(file.name):
                source = file.read_text()
                if file.suffix == '.html':
                    script = script_of(file).read_text()
                    self.assertNotEqual({}, texts_of(script))
                    self.assertEqual([], html_faults(source, script))
                elif file.suffix in FAULTS:
                    self.assertEqual([], FAULTS[file.suffix](source))

    def test_each_file_reaches_translators(self):
        mark = re.compile(r'\b_ ?\(|\bgettext "')
        listed = (ROOT / 'po' / 'POTFILES').read_text().splitlines()
        marked = {str(f.relative_to(ROOT)) for f in self.sources()
                  if f.suffix in FAULTS and mark.search(f.read_text())}
        self.assertEqual(
            marked - {'examples/common.sh', 'gst/whep/page/language.js'},
            {name for name in listed if not name.endswith('.c')
             or name.startswith('examples/')})


if __name__ == '__main__':
    tap.main()
