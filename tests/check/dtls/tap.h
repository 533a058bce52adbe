/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What leaves by a pad, as words in their order, such as "caps segment buffer".
 */
#ifndef TEST_TAP_H
#define TEST_TAP_H

#include <string.h>
#include <gst/gst.h>

#include "peer.h"

typedef struct
{
  GMutex lock;
  GCond changed;
  GString *log;                 /* a word for each event, "buffer" for one */
  GThread *thread;              /* of the last buffer */
  GstPadProbeReturn verdict;
} Tap;

static inline GstPadProbeReturn
tap_probe (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Tap *tap = user_data;
  const gchar *word = "buffer";

  g_mutex_lock (&tap->lock);
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    tap->thread = g_thread_self ();
  else
    word = GST_EVENT_TYPE_NAME (GST_PAD_PROBE_INFO_EVENT (info));
  g_string_append_printf (tap->log, "%s ", word);
  g_cond_broadcast (&tap->changed);
  g_mutex_unlock (&tap->lock);
  return word[0] == 'b' ? tap->verdict : GST_PAD_PROBE_OK;
}

static inline void
tap_init (Tap * tap, GstElement * element, const gchar * pad_name)
{
  GstPad *pad = gst_element_get_static_pad (element, pad_name);

  g_mutex_init (&tap->lock);
  g_cond_init (&tap->changed);
  tap->log = g_string_new ("");
  tap->thread = NULL;
  tap->verdict = GST_PAD_PROBE_OK;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      tap_probe, tap, NULL);
  gst_object_unref (pad);
}

static inline gboolean
tap_has (Tap * tap, const gchar * words)
{
  gboolean has;

  g_mutex_lock (&tap->lock);
  has = strstr (tap->log->str, words) != NULL;
  g_mutex_unlock (&tap->lock);
  return has;
}

static inline void
tap_wait_for (Tap * tap, const gchar * words)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&tap->lock);
  while (!strstr (tap->log->str, words))
    if (!g_cond_wait_until (&tap->changed, &tap->lock, end_us))
      g_error ("waited for \"%s\", got \"%s\"", words, tap->log->str);
  g_mutex_unlock (&tap->lock);
}

static inline void
tap_forget (Tap * tap)
{
  g_mutex_lock (&tap->lock);
  g_string_truncate (tap->log, 0);
  g_mutex_unlock (&tap->lock);
}

static inline void
tap_clear (Tap * tap)
{
  g_string_free (tap->log, TRUE);
  g_cond_clear (&tap->changed);
  g_mutex_clear (&tap->lock);
}

#endif
