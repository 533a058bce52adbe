# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is measured: programs with arguments, by name, for each contender."""

PROFILES = ("AEAD_AES_128_GCM", "AEAD_AES_256_GCM",
            "AES128_CM_HMAC_SHA1_80", "AES128_CM_HMAC_SHA1_32")
CM_80 = "AES128_CM_HMAC_SHA1_80"
SIZES = (160, 1200)
LIST_SIZE = 32
PAIRS = (1, 10, 100, 300, 1000)
LOSSES = (10, 30)
VIEWERS = (1, 10, 50)

OURS, OTHER = "this plugin", "OpenSSL-based plugin"
FAST, STOCK = "fast", "stock"
WHEPSINK, UDPSINK = "whepsink", "udpsink"


# What gathers ICE candidates does so in a network of its own.
ISOLATED = ("{tests}/interop/isolated.sh",)

# The same picture that bench-webrtcbin sends.
PICTURE = ("videotestsrc is-live=true ! video/x-raw,format=I420,width=320,"
           "height=240,framerate=30/1 ! vp8enc deadline=1 "
           "keyframe-max-dist=9999")


class Case:
    """One program run for each contender.

    `commands` maps a contender to its command. In it, {bench} stands for the
    folder of the built programs, {tests} for that of the tests' sources.
    """

    def __init__(self, name, commands):
        self.name = name
        self.commands = commands


def bare_case(profile, size, seconds):
    """libsrtp2 alone, with its own cryptography and with ours."""
    run = ["{bench}/bench-srtp", profile, str(size), str(seconds)]
    return Case(f"bare {profile} {size}", {STOCK: run, FAST: run})


def bins_cases(seconds):
    """dtlssrtpenc to dtlssrtpdec; the other plugin's receiver cannot take
    buffer lists, so it is given their packets one by one."""
    def run(profiles, size, list_size, *more):
        return ["{bench}/bench-media", "bins", profiles, str(size), str(list_size),
                str(seconds), *more]
    for size in SIZES:
        yield Case(f"bins default {size} single", {
            OTHER: run("default", size, 1), OURS: run("default", size, 1)})
        yield Case(f"bins default {size} list", {
            OTHER: run("default", size, LIST_SIZE, "--split"),
            OURS: run("default", size, LIST_SIZE)})
        yield Case(f"bins {CM_80} {size} single", {
            OTHER: run("default", size, 1), OURS: run(CM_80, size, 1)})


def keyer_cases(seconds):
    """srtpkeyer to srtpkeyer; the other plugin has nothing like it. Beside
    them, close in time, what they are compared with."""
    def media(what, profile, size, name, list_size):
        return Case(f"{what} {size} {name}", {
            OURS: ["{bench}/bench-media", what.split()[0], profile, str(size),
                   str(list_size), str(seconds)]})
    for size in SIZES:
        yield media("sink", "default", size, "list", LIST_SIZE)
        for profile in PROFILES:
            yield bare_case(profile, size, seconds)
            yield media(f"keyer {profile}", profile, size, "list", LIST_SIZE)
            yield media(f"keyer {profile}", profile, size, "single", 1)


def pair_cases(quick):
    """Associations: the first certificate, handshakes, many at once, loss."""
    def both(*run):
        return {OTHER: ["{bench}/bench-pairs", *run], OURS: ["{bench}/bench-pairs", *run]}
    yield Case("certificate", both("certificate"))
    yield Case("handshake", both("handshake", "10" if quick else "100"))
    for count in PAIRS[:3] if quick else PAIRS:
        yield Case(f"many {count}", both("many", str(count),
                                         "1" if quick else "3"))
    for percent in LOSSES:
        yield Case(f"loss {percent}", both("loss", "20" if quick else "100",
                                           str(percent), "1", "30"))


def viewer_cases(quick):
    """One stream to many receivers, encrypted and in the clear."""
    seconds = "1" if quick else "4"
    for count in VIEWERS[:2] if quick else VIEWERS:
        yield Case(f"viewers {count}", {
            contender: [*ISOLATED, "{bench}/bench-viewers", contender,
                        str(count), seconds]
            for contender in (UDPSINK, WHEPSINK)})


def first_frame_cases(quick):
    """From a browser's offer to the first frame it decodes."""
    chromium = [*ISOLATED, "node", "{tests}/bench/first-frame.mjs",
                "3" if quick else "8"]
    webrtcbin = [*chromium, "{bench}/bench-webrtcbin"]
    whepsink = [*chromium, "env", "GST_DEBUG=whepsink:4", "gst-launch-1.0",
                *PICTURE.split(), "!", "whepsink", "port=0"]
    yield Case("first frame", {OTHER: webrtcbin, OURS: webrtcbin,
                               WHEPSINK: whepsink})


def all_cases(quick):
    seconds = 0.2 if quick else 0.6
    return [*bins_cases(seconds), *keyer_cases(seconds), *viewer_cases(quick),
            *first_frame_cases(quick), *pair_cases(quick)]
