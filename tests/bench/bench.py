#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every case for every contender in turns, several rounds, each in a
process of its own, and hands the values to the report."""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import cases
import report

TESTS = pathlib.Path(__file__).resolve().parent.parent
TIMEOUT_S = 300
ATTEMPTS = 3


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
    if "plugin" in values:
        is_ours = values["plugin"].startswith(str(build))
        assert is_ours == (contender == cases.OURS), values["plugin"]
    if "crypto" in values:
        assert values["crypto"] == contender, values["crypto"]


def run_once(args, case, contender):
    """Returns the values of one run, or None when it failed."""
    command = [word.format(bench=args.build / "tests" / "bench", tests=TESTS)
               for word in case.commands[contender]]
    try:
        done = subprocess.run(
            command, env=environment(args.build, args.scratch, contender),
            capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"{case.name}, {contender}: failed", file=sys.stderr)
        print(error.stderr or error, file=sys.stderr)
        return None
    values = parse(done.stdout)
    check_contender(contender, values, args.build)
    return values


def remember(results, case, contender, values):
    for name, value in values.items():
        if isinstance(value, float):
            by_contender = results.setdefault(case.name, {})
            by_metric = by_contender.setdefault(contender, {})
            by_metric.setdefault(name, []).append(value)


def run_until_it_works(args, case, contender):
    """A contender that crashes now and then is measured when it does not."""
    for _ in range(ATTEMPTS):
        values = run_once(args, case, contender)
        if values is not None:
            return values
    return {}


def run_rounds(args):
    results = {}
    chosen = [c for c in cases.all_cases(args.quick) if args.only in c.name]
    for number in range(args.rounds):
        for case in chosen:
            for contender in case.commands:
                print(f"round {number + 1} of {args.rounds}: {case.name}, "
                      f"{contender}", file=sys.stderr)
                remember(results, case, contender,
                         run_until_it_works(args, case, contender))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    args.build = args.build.resolve()
    args.scratch = args.build / "bench"
    args.out = (args.out or args.scratch).resolve()
    args.rounds = args.rounds or (1 if args.quick else 3)
    args.scratch.mkdir(exist_ok=True)
    args.out.mkdir(parents=True, exist_ok=True)

    results = run_rounds(args)
    values = args.scratch / "bench.json"
    values.write_text(json.dumps(results, indent=1) + "\n")
    report.write(results, args.out, args.scratch)
    print((args.out / "bench.md").read_text())


if __name__ == "__main__":
    main()
