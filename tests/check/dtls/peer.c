/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements are the plugin's, registered from the static library, so that
 * tests can look inside as well.
 */
#include "config.h"

#include "peer.h"

#include "element-values.h"
#include "elements.h"

void
peer_register_elements (void)
{
  GST_ELEMENT_REGISTER (dtlsenc, NULL);
  GST_ELEMENT_REGISTER (dtlsdec, NULL);
  GST_ELEMENT_REGISTER (dtlscertgen, NULL);
}

static void
write_diary (Peer * self, const gchar * who, const gchar * what)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->diary, g_strdup_printf ("%s %s", who, what));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static const gchar *
who_is (Peer * self, GstElement * element)
{
  return element == self->enc ? "enc" : "dec";
}

static void
on_state (GstElement * element, GParamSpec * pspec, Peer * self)
{
  static const gchar *names[] = {
    "new", "closed", "failed", "connecting", "connected"
  };

  element_read_all (self->enc);
  element_read_all (self->dec);
  write_diary (self, who_is (self, element), names[peer_get_state (element)]);
}

static void
on_peer_pem (GstElement * element, GParamSpec * pspec, Peer * self)
{
  gchar *pem;

  g_object_get (element, "peer-pem", &pem, NULL);
  g_assert_nonnull (pem);
  g_free (pem);
  write_diary (self, who_is (self, element), "peer-pem");
}

static void
on_key (GstElement * element, Peer * self)
{
  element_read_all (self->enc);
  element_read_all (self->dec);
  g_mutex_lock (&self->lock);
  if (self->changing_state == g_thread_self ())
    self->key_in_state_change = TRUE;
  g_mutex_unlock (&self->lock);
  write_diary (self, who_is (self, element), "key");
}

static void
clear_peer (gpointer data)
{
  Peer *self = data;

  gst_object_unref (self->enc);
  gst_object_unref (self->dec);
  gst_object_unref (self->bus);
  g_ptr_array_unref (self->diary);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

static void
release_peer (gpointer data, GClosure * closure)
{
  g_atomic_rc_box_release_full (data, clear_peer);
}

/* A handler may still be running in a worker when it has been disconnected. */
static void
connect_signal (Peer * self, GstElement * element, const gchar * name,
    GCallback callback)
{
  g_signal_connect_data (element, name, callback,
      g_atomic_rc_box_acquire (self), release_peer, 0);
}

static GstElement *
add_element (Peer * self, const gchar * factory, const gchar * connection_id)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  g_assert_nonnull (element);
  gst_object_ref_sink (element);
  gst_element_set_bus (element, self->bus);
  g_object_set (element, "connection-id", connection_id, NULL);
  connect_signal (self, element, "notify::connection-state",
      G_CALLBACK (on_state));
  connect_signal (self, element, "on-key-received", G_CALLBACK (on_key));
  return element;
}

Peer *
peer_new (const gchar * connection_id, gboolean is_client)
{
  Peer *self = g_atomic_rc_box_new0 (Peer);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->diary = g_ptr_array_new_with_free_func (g_free);
  self->bus = gst_bus_new ();
  self->enc = add_element (self, "dtlsenc", connection_id);
  self->dec = add_element (self, "dtlsdec", connection_id);
  g_object_set (self->enc, "is-client", is_client, NULL);
  /* Tests that are about verification say so. */
  g_object_set (self->dec, "verify", DTLS_VERIFY_NONE, NULL);
  connect_signal (self, self->dec, "notify::peer-pem",
      G_CALLBACK (on_peer_pem));
  return self;
}

void
peer_free (Peer * self)
{
  peer_set_state (self, GST_STATE_NULL);
  gst_element_set_bus (self->enc, NULL);
  gst_element_set_bus (self->dec, NULL);
  g_signal_handlers_disconnect_by_data (self->enc, self);
  g_signal_handlers_disconnect_by_data (self->dec, self);
  release_peer (self, NULL);
}

void
peer_connect (Peer * a, Peer * b)
{
  g_assert_true (gst_element_link_pads (a->enc, "src", b->dec, "sink"));
  g_assert_true (gst_element_link_pads (b->enc, "src", a->dec, "sink"));
}

void
peer_set_state (Peer * self, GstState state)
{
  g_mutex_lock (&self->lock);
  self->changing_state = g_thread_self ();
  g_mutex_unlock (&self->lock);
  g_assert_cmpint (gst_element_set_state (self->dec, state), ==,
      GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (gst_element_set_state (self->enc, state), ==,
      GST_STATE_CHANGE_SUCCESS);
  g_mutex_lock (&self->lock);
  self->changing_state = NULL;
  g_mutex_unlock (&self->lock);
}

DtlsState
peer_get_state (GstElement * element)
{
  DtlsState state;

  g_object_get (element, "connection-state", &state, NULL);
  return state;
}

static gboolean
is_in_state (Peer * self, DtlsState state)
{
  return peer_get_state (self->enc) == state
      && peer_get_state (self->dec) == state;
}

static void
wait_or_fail (Peer * self, gint64 end_us, const gchar * what)
{
  if (g_cond_wait_until (&self->changed, &self->lock, end_us))
    return;
  for (guint i = 0; i < self->diary->len; i++)
    g_test_message ("%s", (gchar *) g_ptr_array_index (self->diary, i));
  g_error ("waited too long for %s", what);
}

void
peer_wait_for_state (Peer * self, DtlsState state)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (!is_in_state (self, state))
    wait_or_fail (self, end_us, "a state");
  g_mutex_unlock (&self->lock);
}

static gint
find_entry (Peer * self, const gchar * entry)
{
  for (guint i = 0; i < self->diary->len; i++)
    if (g_str_equal (g_ptr_array_index (self->diary, i), entry))
      return i;
  return -1;
}

static guint
count_entries (Peer * self, const gchar * entry)
{
  guint n = 0;

  for (guint i = 0; i < self->diary->len; i++)
    n += g_str_equal (g_ptr_array_index (self->diary, i), entry);
  return n;
}

void
peer_wait_for_entries (Peer * self, const gchar * entry, guint n)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (count_entries (self, entry) < n)
    wait_or_fail (self, end_us, entry);
  g_mutex_unlock (&self->lock);
}

void
peer_wait_for_entry (Peer * self, const gchar * entry)
{
  peer_wait_for_entries (self, entry, 1);
}

guint
peer_count_entries (Peer * self, const gchar * entry)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = count_entries (self, entry);
  g_mutex_unlock (&self->lock);
  return n;
}

gint
peer_find_entry (Peer * self, const gchar * entry)
{
  gint index;

  g_mutex_lock (&self->lock);
  index = find_entry (self, entry);
  g_mutex_unlock (&self->lock);
  return index;
}

GstMessage *
peer_pop_message (Peer * self, GstMessageType type)
{
  return gst_bus_pop_filtered (self->bus, type);
}

void
peer_new_pair (Peer * pair[2])
{
  pair[0] = peer_new ("client", TRUE);
  pair[1] = peer_new ("server", FALSE);
  peer_connect (pair[0], pair[1]);
  peer_set_state (pair[1], GST_STATE_PLAYING);
  peer_set_state (pair[0], GST_STATE_PLAYING);
  peer_wait_for_state (pair[0], DTLS_STATE_CONNECTED);
  peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
}

void
peer_free_pair (Peer * pair[2])
{
  peer_free (pair[0]);
  peer_free (pair[1]);
}

void
peer_new_unconnected_pair (Peer * pair[2])
{
  pair[0] = peer_new ("client", TRUE);
  pair[1] = peer_new ("server", FALSE);
  peer_connect (pair[0], pair[1]);
}

void
peer_start_pair (Peer * pair[2])
{
  peer_set_state (pair[1], GST_STATE_PLAYING);
  peer_set_state (pair[0], GST_STATE_PLAYING);
}

void
peer_begin_stream (Peer * peer)
{
  GstPad *sink = gst_element_get_static_pad (peer->dec, "sink");
  GstCaps *caps = gst_pad_get_pad_template_caps (sink);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_send_event (sink, gst_event_new_stream_start ("test"));
  gst_pad_send_event (sink, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_pad_send_event (sink, gst_event_new_segment (&segment));
  gst_object_unref (sink);
}

GstFlowReturn
peer_push_datagram (Peer * peer, const guint8 * data, gsize size)
{
  GstPad *sink = gst_element_get_static_pad (peer->dec, "sink");
  GstBuffer *buffer = size ? gst_buffer_new_memdup (data, size) :
      gst_buffer_new ();
  GstFlowReturn flow = gst_pad_chain (sink, buffer);

  gst_object_unref (sink);
  return flow;
}
