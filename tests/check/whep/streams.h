/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Streams that begin with one keyframe and have no other unasked, as parts of
 * pipelines, for the tests of the sinks.
 */
#ifndef TEST_STREAMS_H
#define TEST_STREAMS_H

#define VIDEO "videotestsrc is-live=true ! " \
  "video/x-raw,format=I420,width=64,height=48 ! vp8enc deadline=1 " \
  "keyframe-max-dist=9999 ! "
#define AUDIO "audiotestsrc is-live=true ! opusenc ! "

#endif
