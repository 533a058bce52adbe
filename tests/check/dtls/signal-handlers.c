/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a handler of an application may do: read every property of every
 * element, whichever signal or message it handles, and in a handler of keys
 * take the lock under which the application changes states, as webrtcbin does.
 * A deadlock would show as a test without an end.
 */
#include "config.h"

#include <gst/gst.h>

#include "dtls/elements.h"
#include "../lib/patience.h"
#include "element-values.h"
#include "engine/association.h"

#define N_ELEMENTS 4

/* Two ends in one pipeline, of one kind of elements. */
typedef struct
{
  const gchar *enc;
  const gchar *dec;
  const gchar *key_signal;      /* of enc */
  const gchar *late_pad;        /* of dec */
} Kind;

static const Kind dtls = { "dtlsenc", "dtlsdec", "on-key-received", "src" };

static const Kind dtls_srtp = {
  "dtlssrtpenc", "dtlssrtpdec", "on-key-set", "data_src"
};

typedef struct
{
  const Kind *kind;
  GstElement *pipeline;
  GstElement *elements[N_ELEMENTS];     /* encoder and decoder, twice */

  GMutex state_lock;            /* held while states go up */
  GMutex lock;
  GCond changed;
  GHashTable *counts;           /* of signals and messages, by name */
  GThread *changing;            /* who is inside a change of state */
  gint n_running;               /* handlers, atomic */
  gboolean keys_inside, states_inside;
} Fixture;

typedef struct
{
  Fixture *fixture;
  const gchar *name;
} Watch;

static gboolean
is_about_keys (const gchar * name)
{
  return g_str_has_prefix (name, "on-key-");
}

static void
count (Fixture * self, const gchar * name)
{
  gboolean inside;
  guint n;

  g_mutex_lock (&self->lock);
  inside = self->changing == g_thread_self ();
  self->keys_inside |= inside && is_about_keys (name);
  self->states_inside |= inside && g_str_equal (name, "notify");
  n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, name));
  g_hash_table_insert (self->counts, (gpointer) name, GUINT_TO_POINTER (n + 1));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* As in webrtcbin. */
static G_GNUC_NO_INLINE void
await_state_change (Fixture * self)
{
  g_mutex_lock (&self->state_lock);
  g_mutex_unlock (&self->state_lock);
}

static void
on_signal (Watch * watch)
{
  Fixture *self = watch->fixture;
  guint i;

  g_atomic_int_inc (&self->n_running);
  for (i = 0; i < N_ELEMENTS; i++)
    element_read_all (self->elements[i]);
  if (is_about_keys (watch->name))
    await_state_change (self);
  count (self, watch->name);
  g_atomic_int_add (&self->n_running, -1);
}

static GstBusSyncReply
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Watch watch = { data, "message" };

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
    on_signal (&watch);
  return GST_BUS_PASS;
}

static void
free_watch (gpointer data, GClosure * closure)
{
  g_free (data);
}

/* "notify" may be emitted by anybody, and counts as an action for that. */
static gboolean
is_action (const GSignalQuery * query)
{
  return query->signal_flags & G_SIGNAL_ACTION
      && !g_str_equal (query->signal_name, "notify");
}

static void
watch_signals_of (Fixture * self, GstElement * element, GType type)
{
  guint i, n;
  guint *ids = g_signal_list_ids (type, &n);

  for (i = 0; i < n; i++) {
    GSignalQuery query;
    Watch *watch;

    g_signal_query (ids[i], &query);
    if (is_action (&query))
      continue;
    watch = g_new (Watch, 1);
    watch->fixture = self;
    watch->name = query.signal_name;
    g_signal_connect_data (element, query.signal_name, G_CALLBACK (on_signal),
        watch, free_watch, G_CONNECT_SWAPPED);
  }
  g_free (ids);
}

static void
watch_element (Fixture * self, GstElement * element)
{
  GType type;

  for (type = G_OBJECT_TYPE (element); type != 0; type = g_type_parent (type))
    watch_signals_of (self, element, type);
}

static GstElement *
make_pipeline (const Kind * kind)
{
  g_autofree gchar *line = g_strdup_printf ("%s name=0 connection-id=c "
      "is-client=true ! %s name=3 connection-id=s verify=none "
      "%s name=2 connection-id=s ! %s name=1 connection-id=c verify=none",
      kind->enc, kind->dec, kind->enc, kind->dec);

  return gst_parse_launch (line, NULL);
}

static void
set_up (Fixture * self, gconstpointer data)
{
  static const gchar *names[N_ELEMENTS] = { "0", "1", "2", "3" };
  GstBus *bus;
  guint i;

  self->kind = data;
  self->pipeline = make_pipeline (self->kind);
  self->counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_mutex_init (&self->state_lock);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_message, self, NULL);
  gst_object_unref (bus);
  for (i = 0; i < N_ELEMENTS; i++)
    self->elements[i] = gst_bin_get_by_name (GST_BIN (self->pipeline),
        names[i]);
  for (i = 0; i < N_ELEMENTS; i++)
    watch_element (self, self->elements[i]);
}

/* The lock is not held on the way down: a pad that stops waits for the thread
 * that streams through it, which may be in a handler. */
static void
change_state (Fixture * self, GstState state)
{
  gboolean is_up = state == GST_STATE_PLAYING;

  g_mutex_lock (&self->lock);
  self->changing = g_thread_self ();
  g_mutex_unlock (&self->lock);
  if (is_up)
    g_mutex_lock (&self->state_lock);
  g_assert_cmpint (gst_element_set_state (self->pipeline, state), !=,
      GST_STATE_CHANGE_FAILURE);
  if (is_up)
    g_mutex_unlock (&self->state_lock);
  g_mutex_lock (&self->lock);
  self->changing = NULL;
  g_mutex_unlock (&self->lock);
}

static guint
get_count (Fixture * self, const gchar * name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, name));
}

static void
wait_for (Fixture * self, const gchar * name, guint n)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (get_count (self, name) < n) {
    if (!g_cond_wait_until (&self->changed, &self->lock, end_us))
      g_error ("%u of %u times %s", get_count (self, name), n, name);
  }
  g_mutex_unlock (&self->lock);
}

static gboolean
is_connected (Fixture * self)
{
  guint i, n = 0;

  for (i = 0; i < N_ELEMENTS; i++) {
    gint state;

    g_object_get (self->elements[i], "connection-state", &state, NULL);
    n += state == DTLS_STATE_CONNECTED;
  }
  return n == N_ELEMENTS;
}

static void
wait_until_connected (Fixture * self)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  while (!is_connected (self)) {
    g_assert_cmpint (g_get_monotonic_time (), <, end_us);
    g_usleep (1000);
  }
}

/* A worker may be late with a signal of what has stopped. */
static void
unwatch_elements (Fixture * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);
  guint i;

  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  gst_object_unref (bus);
  for (i = 0; i < N_ELEMENTS; i++)
    g_signal_handlers_disconnect_matched (self->elements[i],
        G_SIGNAL_MATCH_FUNC, 0, 0, NULL, on_signal, NULL);
  while (g_atomic_int_get (&self->n_running) > 0)
    g_usleep (1000);
}

static void
tear_down (Fixture * self, gconstpointer data)
{
  guint i;

  change_state (self, GST_STATE_NULL);
  unwatch_elements (self);
  for (i = 0; i < N_ELEMENTS; i++)
    gst_object_unref (self->elements[i]);
  gst_object_unref (self->pipeline);
  g_hash_table_unref (self->counts);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->state_lock);
}

static guint
n_key_signals (Fixture * self)
{
  /* dtlssrtpdec has none */
  return self->kind == &dtls ? 4 : 2;
}

static void
connect_ends (Fixture * self)
{
  change_state (self, GST_STATE_PLAYING);
  wait_until_connected (self);
  wait_for (self, self->kind->key_signal, n_key_signals (self));
}

static void
set_fingerprint (Fixture * self)
{
  g_autofree gchar *fingerprint = NULL;

  g_object_get (self->elements[3], "fingerprint", &fingerprint, NULL);
  g_object_set (self->elements[1], "peer-fingerprint", fingerprint, NULL);
}

static void
restart (Fixture * self)
{
  gboolean asked;

  g_signal_emit_by_name (self->elements[1], "restart", NULL, &asked);
  g_assert_true (asked);
  wait_for (self, self->kind->key_signal, 2 * n_key_signals (self));
}

static void
request_and_release (Fixture * self)
{
  GstPad *pad = gst_element_request_pad_simple (self->elements[1],
      self->kind->late_pad);

  g_assert_nonnull (pad);
  gst_element_release_request_pad (self->elements[1], pad);
  gst_object_unref (pad);
}

static void
test_every_property_can_be_read (Fixture * self, gconstpointer data)
{
  connect_ends (self);
  set_fingerprint (self);
  request_and_release (self);
  restart (self);
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (get_count (self, "pad-added"), ==, 1);
  g_assert_cmpuint (get_count (self, "pad-removed"), ==, 1);
  /* states of four elements, three each, the peer's PEM and the fingerprint */
  g_assert_cmpuint (get_count (self, "notify"), >=, 15);
  g_assert_cmpuint (get_count (self, "message"), >=, 4);
  g_mutex_unlock (&self->lock);
}

static void
test_keys_never_come_from_a_state_change (Fixture * self, gconstpointer data)
{
  static const GstState downs[] = {
    GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL
  };
  guint i;

  connect_ends (self);
  for (i = 0; i < G_N_ELEMENTS (downs); i++) {
    change_state (self, downs[i]);
    change_state (self, GST_STATE_PLAYING);
    wait_until_connected (self);
  }
  wait_for (self, self->kind->key_signal, 3 * n_key_signals (self));
  g_mutex_lock (&self->lock);
  g_assert_false (self->keys_inside);
  /* others do, so that would have been seen */
  g_assert_true (self->states_inside);
  g_mutex_unlock (&self->lock);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (dtlsenc, NULL);
  GST_ELEMENT_REGISTER (dtlsdec, NULL);
  GST_ELEMENT_REGISTER (dtlssrtpenc, NULL);
  GST_ELEMENT_REGISTER (dtlssrtpdec, NULL);
#define ADD(kind, name) g_test_add ("/signal-handlers/" #kind "/" #name, \
      Fixture, &kind, set_up, test_##name, tear_down)
  ADD (dtls, every_property_can_be_read);
  ADD (dtls, keys_never_come_from_a_state_change);
  ADD (dtls_srtp, every_property_can_be_read);
  ADD (dtls_srtp, keys_never_come_from_a_state_change);
  return g_test_run ();
}
