/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Glue around one association.
 *
 * Each call into the engine happens under the lock, and is followed by
 * drain(): datagrams go to a queue of their own, everything else to the event
 * queue, which emits without the lock.
 *
 * Threads that emit: those that bring datagrams, and workers. A call that an
 * application or a state change makes emits no more than states, because a
 * handler might want a lock which the caller holds; a worker does the rest.
 *
 * Lock order: the link's lock, then that of the clock. The table's lock is
 * never held together with either.
 */
#include "config.h"

#include "association-link-private.h"

#include <glib/gi18n-lib.h>

#include "link-table.h"
#include "worker.h"

GST_DEBUG_CATEGORY_STATIC (dtls_link_debug);
#define GST_CAT_DEFAULT dtls_link_debug

/* What waits while nobody can take it. A flight is some five datagrams. */
#define DATAGRAMS_MAX 256
#define EARLY_DATA_MAX 4096

enum
{
  SIGNAL_DATAGRAMS_READY,
  SIGNAL_STATE,
  SIGNAL_PEER_CERTIFICATE,
  SIGNAL_KEYS,
  SIGNAL_DATA,
  SIGNAL_PEER_CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_BOXED_TYPE (DtlsSrtpKeys, dtls_srtp_keys, dtls_srtp_keys_ref,
    dtls_srtp_keys_unref);
G_DEFINE_TYPE_WITH_CODE (DtlsLink, dtls_link, G_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (dtls_link_debug, "dtlslink", 0,
        "DTLS associations between elements"));

/* Events */

static void
push_state_event (DtlsLink * self, DtlsState state)
{
  DtlsOutput event = {.type = DTLS_OUTPUT_STATE,.state = state };

  self->state = state;
  dtls_event_queue_push (&self->events, &event);
}

static void
emit (gpointer owner, const DtlsOutput * event)
{
  DtlsLink *self = owner;

  switch (event->type) {
    case DTLS_OUTPUT_STATE:
      GST_INFO_OBJECT (self, "%s: state %d%s%s", self->id, event->state,
          event->error ? ", " : "", event->error ? event->error->message : "");
      g_signal_emit (self, signals[SIGNAL_STATE], 0, (gint) event->state,
          event->error);
      break;
    case DTLS_OUTPUT_PEER_CERTIFICATE:
      g_signal_emit (self, signals[SIGNAL_PEER_CERTIFICATE], 0, event->bytes);
      break;
    case DTLS_OUTPUT_KEYS:
      g_signal_emit (self, signals[SIGNAL_KEYS], 0, event->keys);
      break;
    case DTLS_OUTPUT_DATA:
      g_signal_emit (self, signals[SIGNAL_DATA], 0, event->bytes);
      break;
    case DTLS_OUTPUT_PEER_CLOSED:
      g_signal_emit (self, signals[SIGNAL_PEER_CLOSED], 0);
      break;
    case DTLS_OUTPUT_DATAGRAM:
      g_assert_not_reached ();
  }
}

static void run_dispatch (gpointer data);

/* With the lock held; releases it. */
static void
dispatch_and_unlock (DtlsLink * self, DtlsEmit what)
{
  gboolean more = dtls_event_queue_dispatch (&self->events, what, emit, self);

  g_mutex_unlock (&self->lock);
  if (more)
    dtls_worker_push (run_dispatch, g_object_ref (self));
}

static void
run_dispatch (gpointer data)
{
  DtlsLink *self = data;

  g_mutex_lock (&self->lock);
  dispatch_and_unlock (self, DTLS_EMIT_ALL);
}

/* From here to the public functions: with the lock held. */

static void
queue_datagram (DtlsLink * self, GBytes * bytes)
{
  /* The newest count: what is lost is in the flight that is sent again. */
  if (g_queue_get_length (&self->datagrams) >= DATAGRAMS_MAX) {
    GST_DEBUG_OBJECT (self, "%s: nobody takes the datagrams, oldest dropped",
        self->id);
    g_bytes_unref (g_queue_pop_head (&self->datagrams));
  }
  g_queue_push_tail (&self->datagrams, g_bytes_ref (bytes));
}

static void
remember (DtlsLink * self, const DtlsOutput * output)
{
  switch (output->type) {
    case DTLS_OUTPUT_STATE:
      self->state = output->state;
      break;
    case DTLS_OUTPUT_PEER_CERTIFICATE:
      g_clear_pointer (&self->peer_certificate, g_bytes_unref);
      self->peer_certificate = g_bytes_ref (output->bytes);
      break;
    case DTLS_OUTPUT_KEYS:
      g_clear_pointer (&self->keys, dtls_srtp_keys_unref);
      self->keys = dtls_srtp_keys_ref (output->keys);
      break;
    case DTLS_OUTPUT_PEER_CLOSED:
      self->peer_closed = TRUE;
      break;
    default:
      break;
  }
  if (self->state == DTLS_STATE_CLOSED || self->state == DTLS_STATE_FAILED)
    g_clear_pointer (&self->keys, dtls_srtp_keys_unref);
}

static void
send_early_data (DtlsLink * self)
{
  GBytes *bytes;
  GError *error = NULL;

  while ((bytes = dtls_datagram_queue_pop (self->early_data))) {
    if (!dtls_association_send_data (self->association,
            g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error)) {
      GST_WARNING_OBJECT (self, "%s: early data is lost: %s", self->id,
          error->message);
      g_clear_error (&error);
    }
    g_bytes_unref (bytes);
  }
}

static void
take_output (DtlsLink * self, DtlsOutput * output)
{
  gboolean connected = output->type == DTLS_OUTPUT_STATE
      && output->state == DTLS_STATE_CONNECTED;

  if (output->type == DTLS_OUTPUT_DATAGRAM) {
    queue_datagram (self, output->bytes);
    dtls_output_clear (output);
    return;
  }
  remember (self, output);
  if (!dtls_event_queue_push (&self->events, output))
    GST_DEBUG_OBJECT (self, "%s: data comes faster than it is taken, dropped",
        self->id);
  if (connected)
    send_early_data (self);
}

/* Empties the engine and sets the alarm. Returns: whether there are datagrams
 * to send. */
static gboolean
drain (DtlsLink * self)
{
  DtlsOutput output;

  while (dtls_association_poll (self->association, &output))
    take_output (self, &output);
  if (self->state == DTLS_STATE_CLOSED || self->state == DTLS_STATE_FAILED)
    dtls_datagram_queue_clear (self->early_data);
  dtls_alarm_set (self->alarm,
      dtls_association_get_deadline_us (self->association));
  return !g_queue_is_empty (&self->datagrams);
}

/* What follows each call into the engine; releases the lock. */
static void
finish_and_unlock (DtlsLink * self, DtlsEmit what)
{
  gboolean ready = drain (self);

  dispatch_and_unlock (self, what);
  if (ready)
    g_signal_emit (self, signals[SIGNAL_DATAGRAMS_READY], 0);
}

static void
handle_deadline (gpointer data)
{
  DtlsLink *self = data;

  g_mutex_lock (&self->lock);
  dtls_alarm_set (self->alarm, -1);
  dtls_association_handle_deadline (self->association,
      dtls_alarm_get_now_us (self->alarm));
  finish_and_unlock (self, DTLS_EMIT_ALL);
}

static gboolean
is_whole (DtlsLink * self)
{
  return self->started[DTLS_SIDE_SENDER] && self->started[DTLS_SIDE_RECEIVER];
}

/* What an earlier run left is kept, so that its statistics can be read, until
 * the next run begins. */
static void
renew_association (DtlsLink * self)
{
  if (self->state != DTLS_STATE_NEW)
    push_state_event (self, DTLS_STATE_NEW);
  if (!self->used)
    return;
  g_clear_pointer (&self->association, dtls_association_free);
  self->association = dtls_association_new ();
  self->used = FALSE;
  self->peer_closed = FALSE;
  g_queue_clear_full (&self->datagrams, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->keys, dtls_srtp_keys_unref);
  g_clear_pointer (&self->peer_certificate, g_bytes_unref);
}

static gboolean
start_association (DtlsLink * self, GError ** error)
{
  if (!self->config.certificate) {
    g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_RESOURCES,
        _("There is no certificate to show to the peer."));
    return FALSE;
  }
  self->used = TRUE;
  return dtls_association_start (self->association, &self->config,
      dtls_alarm_get_now_us (self->alarm), error);
}

/* The table and the two sides */

static GObject *
make_link (const gchar * id)
{
  DtlsLink *self = g_object_new (DTLS_TYPE_LINK, NULL);

  self->id = g_strdup (id);
  return G_OBJECT (self);
}

DtlsLink *
dtls_link_obtain (const gchar * connection_id)
{
  return DTLS_LINK (dtls_link_table_obtain (connection_id, make_link));
}

const gchar *
dtls_link_get_id (DtlsLink * self)
{
  return self->id;
}

gboolean
dtls_link_attach (DtlsLink * self, DtlsSide side, gconstpointer owner,
    GError ** error)
{
  gboolean is_free;

  g_mutex_lock (&self->lock);
  is_free = !self->owners[side] || self->owners[side] == owner;
  if (is_free)
    self->owners[side] = owner;
  g_mutex_unlock (&self->lock);

  if (!is_free)
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_DUPLICATE_ID,
        side == DTLS_SIDE_SENDER ?
        _("The connection-id \"%s\" has an encoder already. Give each peer an "
            "id of its own, for one encoder and one decoder.") :
        _("The connection-id \"%s\" has a decoder already. Give each peer an "
            "id of its own, for one encoder and one decoder."), self->id);
  return is_free;
}

void
dtls_link_detach (DtlsLink * self, DtlsSide side, gconstpointer owner)
{
  gboolean is_owner;

  g_mutex_lock (&self->lock);
  is_owner = self->owners[side] == owner;
  g_mutex_unlock (&self->lock);
  if (!is_owner)
    return;

  dtls_link_stop (self, side);
  g_mutex_lock (&self->lock);
  self->owners[side] = NULL;
  g_mutex_unlock (&self->lock);
}

/* Settings */

void
dtls_link_set_role (DtlsLink * self, DtlsRole role)
{
  g_mutex_lock (&self->lock);
  self->config.role = role;
  g_mutex_unlock (&self->lock);
}

static void
clear_config (DtlsConfig * config)
{
  g_clear_pointer (&config->certificate, dtls_certificate_unref);
  g_clear_pointer (&config->fingerprints, dtls_fingerprints_unref);
  g_clear_pointer ((gchar **) & config->priority, g_free);
}

void
dtls_link_configure (DtlsLink * self, const DtlsConfig * config)
{
  DtlsConfig copy = *config, old;

  copy.certificate = dtls_certificate_ref (config->certificate);
  copy.priority = g_strdup (config->priority);
  if (config->fingerprints)
    dtls_fingerprints_ref (config->fingerprints);

  g_mutex_lock (&self->lock);
  old = self->config;
  self->config = copy;
  self->config.role = old.role;
  g_mutex_unlock (&self->lock);
  clear_config (&old);
}

/* With the lock held. */
static void
keep_fingerprints (DtlsLink * self, DtlsFingerprints * fingerprints)
{
  if (fingerprints)
    dtls_fingerprints_ref (fingerprints);
  g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
  self->config.fingerprints = fingerprints;
}

void
dtls_link_set_fingerprints (DtlsLink * self, DtlsFingerprints * fingerprints)
{
  g_mutex_lock (&self->lock);
  keep_fingerprints (self, fingerprints);
  if (!self->used) {
    g_mutex_unlock (&self->lock);
    return;
  }
  dtls_association_set_fingerprints (self->association, fingerprints,
      dtls_alarm_get_now_us (self->alarm));
  /* A peer that turns out to be wrong is cut off before this returns. */
  finish_and_unlock (self, DTLS_EMIT_STATES);
}

/* The association's life */

gboolean
dtls_link_start (DtlsLink * self, DtlsSide side, GError ** error)
{
  gboolean started = TRUE;

  g_mutex_lock (&self->lock);
  if (!is_whole (self))
    renew_association (self);
  self->started[side] = TRUE;
  if (is_whole (self) && !self->used) {
    started = start_association (self, error);
    self->started[side] = started;
  }
  finish_and_unlock (self, DTLS_EMIT_STATES);
  return started;
}

void
dtls_link_stop (DtlsLink * self, DtlsSide side)
{
  g_mutex_lock (&self->lock);
  if (!self->started[side]) {
    g_mutex_unlock (&self->lock);
    return;
  }
  self->started[side] = FALSE;
  if (self->used)
    dtls_association_close (self->association);
  drain (self);
  dtls_datagram_queue_clear (self->early_data);
  if (self->state != DTLS_STATE_CLOSED)
    push_state_event (self, DTLS_STATE_CLOSED);
  finish_and_unlock (self, DTLS_EMIT_STATES);
}

gboolean
dtls_link_restart (DtlsLink * self, DtlsFingerprints * fingerprints,
    GError ** error)
{
  gboolean asked;

  g_mutex_lock (&self->lock);
  if (!fingerprints)
    fingerprints = self->config.fingerprints;
  asked = dtls_association_restart (self->association, fingerprints,
      dtls_alarm_get_now_us (self->alarm), error);
  if (asked)
    keep_fingerprints (self, fingerprints);
  finish_and_unlock (self, DTLS_EMIT_NOTHING);
  return asked;
}

void
dtls_link_close (DtlsLink * self)
{
  g_mutex_lock (&self->lock);
  if (self->used)
    dtls_association_close (self->association);
  finish_and_unlock (self, DTLS_EMIT_ALL);
}

void
dtls_link_handle_datagram (DtlsLink * self, const guint8 * data, gsize size)
{
  g_mutex_lock (&self->lock);
  dtls_association_handle_datagram (self->association, data, size,
      dtls_alarm_get_now_us (self->alarm));
  finish_and_unlock (self, DTLS_EMIT_ALL);
}

static gboolean
keep_early_data (DtlsLink * self, const guint8 * data, gsize size,
    GError ** error)
{
  if (size == 0 || size > DTLS_DATA_MTU (self->config.mtu)) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_DATA_SIZE,
        _("Data of %zu bytes does not fit into one datagram of at most %u "
            "bytes."), size, DTLS_DATA_MTU (self->config.mtu));
    return FALSE;
  }
  if (!dtls_datagram_queue_push (self->early_data, data, size)) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_NOT_CONNECTED,
        _("The handshake is not finished, and no more than %d bytes of data "
            "can wait for its end. Send less, or wait until the state is "
            "connected."), DTLS_LINK_EARLY_DATA_MAX);
    return FALSE;
  }
  return TRUE;
}

gboolean
dtls_link_send_data (DtlsLink * self, const guint8 * data, gsize size,
    GError ** error)
{
  gboolean sent;

  g_mutex_lock (&self->lock);
  if (self->state == DTLS_STATE_NEW || self->state == DTLS_STATE_CONNECTING)
    sent = keep_early_data (self, data, size, error);
  else
    sent = dtls_association_send_data (self->association, data, size, error);
  drain (self);
  dispatch_and_unlock (self, DTLS_EMIT_NOTHING);
  return sent;
}

GBytes *
dtls_link_pop_datagram (DtlsLink * self)
{
  GBytes *bytes;

  g_mutex_lock (&self->lock);
  bytes = g_queue_pop_head (&self->datagrams);
  g_mutex_unlock (&self->lock);
  return bytes;
}

static void
dtls_link_finalize (GObject * object)
{
  DtlsLink *self = DTLS_LINK (object);

  dtls_link_table_forget (self->id, self);
  dtls_alarm_free (self->alarm);
  dtls_association_free (self->association);
  clear_config (&self->config);
  g_clear_pointer (&self->keys, dtls_srtp_keys_unref);
  g_clear_pointer (&self->peer_certificate, g_bytes_unref);
  g_queue_clear_full (&self->datagrams, (GDestroyNotify) g_bytes_unref);
  dtls_event_queue_clear (&self->events);
  dtls_datagram_queue_free (self->early_data);
  g_mutex_clear (&self->lock);
  g_free (self->id);
  G_OBJECT_CLASS (dtls_link_parent_class)->finalize (object);
}

static guint
add_signal (const gchar * name, guint n_types, GType first, GType second)
{
  GType types[] = { first, second };

  return g_signal_newv (name, DTLS_TYPE_LINK, G_SIGNAL_RUN_LAST, NULL, NULL,
      NULL, NULL, G_TYPE_NONE, n_types, types);
}

static void
dtls_link_class_init (DtlsLinkClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = dtls_link_finalize;

  signals[SIGNAL_DATAGRAMS_READY] = add_signal ("datagrams-ready", 0, 0, 0);
  signals[SIGNAL_STATE] = add_signal ("state", 2, G_TYPE_INT, G_TYPE_ERROR);
  signals[SIGNAL_PEER_CERTIFICATE] = add_signal ("peer-certificate", 1,
      G_TYPE_BYTES, 0);
  signals[SIGNAL_KEYS] = add_signal ("keys", 1, DTLS_TYPE_SRTP_KEYS, 0);
  signals[SIGNAL_DATA] = add_signal ("data", 1, G_TYPE_BYTES, 0);
  signals[SIGNAL_PEER_CLOSED] = add_signal ("peer-closed", 0, 0, 0);
}

static void
dtls_link_init (DtlsLink * self)
{
  g_mutex_init (&self->lock);
  dtls_event_queue_init (&self->events, &self->lock);
  self->early_data = dtls_datagram_queue_new (EARLY_DATA_MAX,
      DTLS_LINK_EARLY_DATA_MAX);
  self->association = dtls_association_new ();
  self->alarm = dtls_alarm_new (handle_deadline, G_OBJECT (self));
  self->config.mtu = DTLS_MTU_DEFAULT;
}
