/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a peer that is sent media is still there: it reports on them
 * (RFC 3550 section 6; a MUST of RFC 8834 section 4.1).
 *
 * Reports are authentic where checks of ICE would do as well, which a peer has
 * to go on answering by RFC 7675. libnice's ways to ask for that consent end
 * the process when a peer answers after it was lost (seen with 0.1.21).
 */
#ifndef WHEP_WATCH_H
#define WHEP_WATCH_H

#include <glib.h>

G_BEGIN_DECLS

/* So many periods in turn, with media sent in each and no report, are silence. */
#define WHEP_WATCH_PERIODS 3

/** WhepWatch: all zero where nothing is watched. */
typedef struct
{
  GMainContext *context;
  guint period_ms;
  void (*silent) (gpointer user_data);
  gpointer user_data;

  GSource *timer;               /* these two on the context alone */
  guint periods;
  gint sent;                    /* atomic, as is the next */
  gint heard;
} WhepWatch;

/**
 * whep_watch_start:
 * @context: which outlives it
 * @silent: is called once, on @context; it may stop the watch
 *
 * On @context, as whep_watch_stop().
 */
void whep_watch_start (WhepWatch * watch, GMainContext * context,
    guint period_ms, void (*silent) (gpointer user_data), gpointer user_data);

/** whep_watch_stop: also where none was started. */
void whep_watch_stop (WhepWatch * watch);

/** whep_watch_note_sent: media were sent. From any thread, at any time. */
void whep_watch_note_sent (WhepWatch * watch);

/** whep_watch_note_heard: a report came. From any thread, at any time. */
void whep_watch_note_heard (WhepWatch * watch);

G_END_DECLS

#endif
