# SPDX-License-Identifier: LGPL-2.1-or-later
"""A shell in which a test types a command, as a person would."""

import contextlib
import os
import re
import signal
import subprocess
import threading

TIMEOUT_S = 60


def environment():
    """That of the test, for scripts that a person starts without one."""
    env = dict(os.environ, GST_DEBUG='GST_SCHEDULING:6', GST_DEBUG_NO_COLOR='1')
    # without a display, a sink for the picture that does not look for one
    env['GST_PLUGIN_FEATURE_RANK'] = 'dfbvideosink:NONE,kmssink:NONE'
    for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'GST_PLUGIN_PATH'):
        env.pop(name, None)
    env['GST_PLUGIN_PATH'] = env.get('GST_PLUGIN_PATH_1_0', '')
    return env


class Shell:
    """One of the two, with a memory of what it printed."""

    def __init__(self, command, folder):
        self.changed = threading.Condition()
        self.lines = []
        self.ended = False
        self.process = subprocess.Popen(
            ['bash', '-c', command], cwd=folder, env=environment(), text=True,
            errors='replace', stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip())
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def count(self, pattern):
        return sum(1 for line in self.lines if re.search(pattern, line))

    def wait_for(self, pattern, times=1, start=0):
        """Whether it is printed as often, in the lines from start on."""
        position, found = start, 0

        def is_over():
            nonlocal position, found
            new = self.lines[position:]
            position += len(new)
            found += sum(1 for line in new if re.search(pattern, line))
            return found >= times or self.ended

        with self.changed:
            self.changed.wait_for(is_over, TIMEOUT_S)
        return found >= times

    def stop(self):
        """Ctrl-C; nothing happens if it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(TIMEOUT_S)
        self.thread.join()
        self.process.stdout.close()

    def told(self):
        return '\n'.join(line for line in self.lines
                         if 'GST_SCHEDULING' not in line)
