# SPDX-License-Identifier: LGPL-2.1-or-later
"""How Sphinx makes a site of these pages.

Sphinx, because its search works in a browser without a server, and because it
fails on a link that leads nowhere.
"""

project = 'gst-dtls-srtp'
author = 'gst-dtls-srtp'
copyright = 'the authors of gst-dtls-srtp'
language = 'en'

extensions = ['myst_parser']
source_suffix = {'.md': 'markdown'}
myst_heading_anchors = 3

html_theme = 'alabaster'
html_title = project
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_sidebars = {'**': ['globaltoc.html', 'searchbox.html']}
