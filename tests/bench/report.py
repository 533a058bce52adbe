# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turns measured values into a table in Markdown and a chart in SVG."""

import platform
import statistics
import subprocess

from cases import CM_80, FAST, LOSSES, OTHER, OURS, PAIRS, PROFILES, SIZES, \
    STOCK, UDPSINK, VIEWERS, WHEPSINK


class Values:
    """The values of one metric of one case for one contender."""

    def __init__(self, results, case, contender, *metrics):
        by_metric = results.get(case, {}).get(contender, {})
        columns = [by_metric.get(metric, []) for metric in metrics]
        self.values = [sum(row) for row in zip(*columns)]

    def __bool__(self):
        return bool(self.values)

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self):
        if not self.values:
            return "–"
        low, high = min(self.values), max(self.values)
        return f"{number(self.median)} ({number(low)}–{number(high)})"


def number(value):
    """Three significant digits, thousands in groups."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def ratio(more, less, left_out=None):
    """How many times less, after `left_out` was taken off, if given; empty
    where something was not measured. What was measured in the same round is
    compared, since rounds differ more than what is in them."""
    columns = [more, less] + ([left_out] if left_out is not None else [])
    if not all(columns) or less.median <= 0:
        return "–"
    rows = list(zip(*(column.values for column in columns)))
    if len({len(column.values) for column in columns}) > 1:
        rows = [[column.median for column in columns]]
    return number(statistics.median(
        (row[0] - sum(row[2:])) / row[1] for row in rows if row[1])) + "×"


def section(title, text, header, rows):
    """A title, a text and a table, without what was not measured."""
    rows = [row for row in rows if any(cell != "–" for cell in row[1:])]
    if not rows:
        return ""
    lines = ["| " + " | ".join(header) + " |",
             "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return f"## {title}\n\n{text}\n\n" + "\n".join(lines) + "\n\n"


def compared(results, label, case, metric, more_is_better=False):
    """One row: the other plugin, ours, and how many times less ours is."""
    other = Values(results, case, OTHER, metric)
    ours = Values(results, case, OURS, metric)
    return [label, other.text(), ours.text(),
            "–" if more_is_better else ratio(other, ours)]


def media_section(results):
    rows = []
    for size in SIZES:
        for profiles, words in (("default", "each plugin's default profile"),
                                (CM_80, f"both {CM_80}")):
            for form in ("single", "list"):
                rows.append(compared(
                    results, f"{size} bytes, {form}, {words}",
                    f"bins {profiles} {size} {form}", "packet"))
    return section("A packet through dtlssrtpenc and dtlssrtpdec",
                   "CPU time to protect and unprotect, in ns.",
                   ["packet", OTHER, OURS, "less"], rows)


def keyer_section(results):
    rows = []
    for profile in PROFILES:
        for size in SIZES:
            sink = Values(results, f"sink {size} list", OURS, "packet")
            bare = Values(results, f"bare {profile} {size}", FAST, "protect",
                          "unprotect")
            single = Values(results, f"keyer {profile} {size} single", OURS,
                            "packet")
            in_list = Values(results, f"keyer {profile} {size} list", OURS,
                             "packet")
            rows.append([f"{profile}, {size} bytes", bare.text(),
                         single.text(), in_list.text(),
                         ratio(in_list, bare),
                         ratio(in_list, bare, sink)])
    return section("A packet through two srtpkeyers",
                   "CPU time to protect and unprotect, in ns, beside that of "
                   "bare libsrtp2 on the same cryptography. The last column "
                   "leaves out what it costs to free the packets, which they "
                   "cost without encryption too.",
                   ["packet", "bare", "single", "in lists of 32",
                    "lists over bare", "without freeing"], rows)


def bare_section(results):
    rows = []
    for profile in PROFILES:
        for size in SIZES:
            case = f"bare {profile} {size}"
            for step in ("protect", "unprotect"):
                stock = Values(results, case, STOCK, step)
                fast = Values(results, case, FAST, step)
                rows.append([f"{profile}, {size} bytes, {step}", stock.text(),
                             fast.text(), ratio(stock, fast)])
    return section("Bare libsrtp2", "CPU time a packet, in ns.",
                   ["packet", "its own cryptography", "GnuTLS and nettle",
                    "less"], rows)


def pairs_section(results):
    rows = [
        compared(results, "first element with its certificate, µs",
                 "certificate", "first-element"),
        compared(results, "handshake of a pair, both ends, CPU µs",
                 "handshake", "handshake-cpu"),
    ]
    for count in PAIRS:
        for metric, words in (
                ("connect-all", "time to connect all, ms"),
                ("connect-cpu-per-pair", "CPU a pair, µs"),
                ("threads-added", "threads more than with none"),
                ("memory-per-pair", "memory a pair, kB"),
                ("idle-cpu", "CPU when idle, % of a core")):
            rows.append(compared(results, f"{count} pairs: {words}",
                                 f"many {count}", metric))
    for percent in LOSSES:
        for metric, words in (("connect-median", "median to connect, ms"),
                              ("connect-p95", "95th percentile, ms"),
                              ("connected", "connected within 30 s, %")):
            rows.append(compared(results, f"{percent} % loss: {words}",
                                 f"loss {percent}", metric,
                                 metric == "connected"))
    return section("Associations",
                   "A pair is both ends of an association, in a bin of its "
                   "own.", ["", OTHER, OURS, "less"], rows)


def viewers_section(results):
    rows = []
    for count in VIEWERS:
        case = f"viewers {count}"
        clear = Values(results, case, UDPSINK, "receiver-cpu")
        ours = Values(results, case, WHEPSINK, "receiver-cpu")
        rows.append([str(count), clear.text(), ours.text(),
                     ratio(ours, clear)])
    return section("One stream to many viewers",
                   "CPU time that each receiver adds to the first of one VP8 "
                   "stream of 2.5 Mbit/s, in % of a core. udpsink sends the "
                   "same packets in the clear over the same network; both "
                   "are received in another process.",
                   ["receivers", "udpsink", "whepsink",
                    "whepsink over udpsink"], rows)


def first_frame_section(results):
    rows = []
    for metric, words in (("first-viewer", "the first viewer of a process"),
                          ("later-viewer", "a later viewer")):
        values = [Values(results, "first frame", contender, metric)
                  for contender in (OTHER, OURS, WHEPSINK)]
        rows.append([words, *(value.text() for value in values)])
    return section("From the offer to the first frame in Chromium",
                   "Time in ms until the browser has decoded a frame.",
                   ["", f"webrtcbin, {OTHER}", f"webrtcbin, {OURS}",
                    "whepsink"], rows)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


SECTIONS = (media_section, keyer_section, bare_section, pairs_section,
            viewers_section, first_frame_section)

HEAD = """# Measurements

Processor: {processor}. Each value is the median of the rounds, with the
smallest and the largest in brackets; both plugins were measured in the same
run, in turns, in separate processes. The ratios matter more than the numbers;
each is the median of the ratios within a round. `tests/bench/run.sh` repeats all
of it.

"""


def failures_section(failures):
    """What a reader must know is missing, or was measured in spite of it."""
    if not failures:
        return ""
    lines = [f"* {name}: {text}" for name, text in sorted(failures.items())]
    return "## What failed\n\n" + "\n".join(lines) + "\n"


def write_table(results, failures, path, has_chart):
    text = HEAD.format(processor=processor())
    if has_chart:
        text += "![CPU time a packet](bench.svg)\n\n"
    text += "".join(make(results) for make in SECTIONS)
    text += failures_section(failures)
    path.write_text(text.rstrip() + "\n")


CHART = """
set terminal svg size 900,420 font "sans-serif,13" background "white"
set output "{svg}"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 border -1
set boxwidth 0.9
set yrange [0:*]
set ylabel "CPU time to protect and unprotect, µs"
set grid ytics
set key top left
set bmargin 3
plot "{data}" using 2:xtic(1) title "{other}" linecolor rgb "#b0b0b0", \\
     "{data}" using 3 title "{ours}" linecolor rgb "#2f7d4f"
"""


def write_chart(results, out, scratch):
    """Packets through the bins, both plugins side by side.

    Returns whether there was anything to show.
    """
    lines = []
    for size in SIZES:
        for form, words in (("single", ""), ("list", ", lists")):
            case = f"bins default {size} {form}"
            other = Values(results, case, OTHER, "packet")
            ours = Values(results, case, OURS, "packet")
            if other and ours:
                lines.append(f'"{size} bytes{words}" {other.median / 1000} '
                             f"{ours.median / 1000}")
    if not lines:
        return False
    data = scratch / "bench.dat"
    data.write_text("\n".join(lines) + "\n")
    subprocess.run(["gnuplot"], text=True, check=True, input=CHART.format(
        svg=out / "bench.svg", data=data, other=OTHER, ours=OURS))
    return True


def write(results, failures, out, scratch):
    """bench.md and bench.svg into `out`; `failures` maps names to texts."""
    try:
        has_chart = write_chart(results, out, scratch)
    except (OSError, subprocess.CalledProcessError) as error:
        has_chart, failures = False, {**failures, "chart": str(error)}
    write_table(results, failures, out / "bench.md", has_chart)
