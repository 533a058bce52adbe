#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every case for every contender in turns, several rounds, each in a
process of its own, and hands the values to the report. What fails is told at
the end and does not stop the rest. When the time is over it reports what it
has."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import cases
import report

TESTS = pathlib.Path(__file__).resolve().parent.parent
TIMEOUT_S = 120
ATTEMPTS = 3


class Failed(Exception):
    """One run gave nothing that could be used."""


def environment(build, scratch, contender):
    """What makes GStreamer find one contender and not the other."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GST_")}
    env["GST_REGISTRY"] = str(scratch / f"registry-{contender.split()[0]}.bin")
    if contender in (cases.OURS, cases.WHEPSINK):
        env["GST_PLUGIN_PATH"] = f"{build}/gst/dtls:{build}/gst/whep"
    if contender == cases.STOCK:
        env["GST_DTLS_SRTP_CRYPTO"] = "stock"
    return env


def parse(text):
    """Lines of "name value unit" as a dictionary; words stay words."""
    values = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3:
            values[words[0]] = float(words[1])
        elif len(words) == 2:
            values[words[0]] = words[1]
    return values


def check_contender(contender, values, build):
    """A plugin that is not found is silently replaced by the other one."""
    plugin = values.get("plugin")
    if plugin and plugin.startswith(str(build)) != (contender == cases.OURS):
        raise Failed(f"the plugin was {plugin}")
    if values.get("crypto", contender) != contender:
        raise Failed(f"the cryptography was {values['crypto']}")
    if not any(isinstance(value, float) for value in values.values()):
        raise Failed("it printed no values")


def start(command, env):
    try:
        return subprocess.Popen(
            command, env=env, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
    except OSError as error:
        raise Failed(str(error)) from None


def run_command(command, env, timeout_s):
    """Returns what the command prints. All it started ends with it."""
    with start(command, env) as process:
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise Failed(f"took longer than {timeout_s:.0f} s") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode != 0:
        last = (err.strip() or "no message").splitlines()[-1]
        raise Failed(f"status {process.returncode}, {last}")
    return out


def run_once(args, case, contender, timeout_s):
    """Returns the values of one run."""
    command = [word.format(bench=args.build / "tests" / "bench", tests=TESTS)
               for word in case.commands[contender]]
    values = parse(run_command(
        command, environment(args.build, args.scratch, contender), timeout_s))
    check_contender(contender, values, args.build)
    return values


class Bench:
    """The rounds, what they gave, and the clock they run against."""

    def __init__(self, args):
        self.args = args
        self.begin = time.monotonic()
        self.results = {}
        self.failures = {}
        self.missing = set()
        self.durations = {}

    def elapsed_s(self):
        return time.monotonic() - self.begin

    def left_s(self):
        return self.args.minutes * 60 - self.elapsed_s()

    def say(self, text):
        clock = time.strftime("%M:%S", time.gmtime(self.elapsed_s()))
        print(f"[{clock} of {self.args.minutes:g}:00] {text}", file=sys.stderr,
              flush=True)

    def remember(self, case, contender, values):
        for name, value in values.items():
            if isinstance(value, float):
                by_contender = self.results.setdefault(case.name, {})
                by_metric = by_contender.setdefault(contender, {})
                by_metric.setdefault(name, []).append(value)

    def fail(self, name, text):
        self.say(f"{name}: FAILED, {text}")
        self.failures[name] = text
        self.missing.add(name)

    def measure(self, case, contender):
        """A contender that crashes now and then is measured when it does
        not, and the report tells that it does."""
        name = f"{case.name}, {contender}"
        begin = self.elapsed_s()
        for _ in range(ATTEMPTS):
            left_s = min(begin + TIMEOUT_S - self.elapsed_s(), self.left_s())
            if left_s <= 0:
                break
            try:
                values = run_once(self.args, case, contender, left_s)
            except Failed as failure:
                self.fail(name, str(failure))
            else:
                self.remember(case, contender, values)
                self.missing.discard(name)
                break
        self.durations[name] = self.elapsed_s() - begin

    def run_round(self, number, chosen):
        for case in chosen:
            for contender in case.commands:
                name = f"{case.name}, {contender}"
                if number == 1 and self.left_s() <= 0:
                    self.fail(name, "there was no time left for it")
                if self.durations.get(name, 0) >= self.left_s():
                    continue
                self.say(f"round {number} of {self.args.rounds}: {name}")
                self.measure(case, contender)

    def run(self):
        chosen = [case for case in cases.all_cases(self.args.quick)
                  if self.args.only in case.name]
        for number in range(1, self.args.rounds + 1):
            self.run_round(number, chosen)

    def tell_what_failed(self):
        for name in set(self.failures) - self.missing:
            self.failures[name] += "; measured on another attempt"
        for name, text in sorted(self.failures.items()):
            print(f"FAILED {name}: {text}", file=sys.stderr)
        self.say(f"done, {len(self.missing)} could not be measured")

    def write(self):
        values = self.args.scratch / "bench.json"
        values.write_text(json.dumps(
            {"results": self.results, "failures": self.failures,
             "durations_s": self.durations}, indent=1) + "\n")
        report.write(self.results, self.failures, self.args.out,
                     self.args.scratch)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--only", default="")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    args.build = args.build.resolve()
    args.scratch = args.build / "bench"
    args.out = (args.out or args.scratch).resolve()
    args.rounds = args.rounds or (1 if args.quick else 5)
    args.scratch.mkdir(exist_ok=True)
    args.out.mkdir(parents=True, exist_ok=True)
    return args


def main():
    bench = Bench(parse_arguments())
    try:
        bench.run()
    except KeyboardInterrupt:
        bench.say("interrupted; this is what there is")
    bench.tell_what_failed()
    bench.write()
    print((bench.args.out / "bench.md").read_text())
    sys.exit(1 if bench.missing else 0)


if __name__ == "__main__":
    main()
