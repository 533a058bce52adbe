/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the packets of one peer leave.
 *
 * Lock: one, a leaf but for GSocket, which neither blocks nor calls back. The
 * agent is called without it, because it may emit signals.
 */
#include "config.h"

#include "whep-outlet.h"

#include <sys/socket.h>

#include "whep-ice.h"

GST_DEBUG_CATEGORY_STATIC (whep_outlet_debug);
#define GST_CAT_DEFAULT whep_outlet_debug

/* Packets in one system call. */
#define BATCH_MAX 64
/* What may wait, beyond the last list that was let in. */
#define QUEUE_PACKETS_MAX 512
/* Room for a large keyframe, where the system allows it. */
#define SEND_BUFFER_SIZE (1024 * 1024)

/* What is left of a list that the socket did not take at once. */
typedef struct
{
  GstBufferList *packets;
  guint next;
} Waiting;

struct _WhepOutlet
{
  NiceAgent *agent;
  guint stream_id;
  GMainContext *context;
  gulong handler;

  GMutex lock;
  /* All below under the lock. */
  GSocket *socket;
  GSocketAddress *address;
  GQueue queue;                 /* of Waiting */
  guint queued;                 /* packets in it */
  GSource *watch;               /* while there are any */
  gboolean stopped;
  guint64 dropped;
};

static void
init_debug (void)
{
  static gsize done;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (whep_outlet_debug, "whepoutlet", 0,
        "packets to one peer");
    g_once_init_leave (&done, 1);
  }
}

/* A batch of packets, mapped */

typedef struct
{
  guint n;
  GstMapInfo maps[BATCH_MAX];
  GOutputVector vectors[BATCH_MAX];
} Batch;

static void
batch_open (Batch * batch, GstBufferList * packets, guint first)
{
  guint end = MIN (gst_buffer_list_length (packets), first + BATCH_MAX);

  for (batch->n = 0; first < end; first++) {
    GstMapInfo *map = &batch->maps[batch->n];

    if (!gst_buffer_map (gst_buffer_list_get (packets, first), map,
            GST_MAP_READ))
      break;
    batch->vectors[batch->n].buffer = map->data;
    batch->vectors[batch->n++].size = map->size;
  }
}

static void
batch_close (Batch * batch, GstBufferList * packets, guint first)
{
  for (guint i = 0; i < batch->n; i++)
    gst_buffer_unmap (gst_buffer_list_get (packets, first + i),
        &batch->maps[i]);
}

/* By the agent */

/* It tells nobody when it could take more, so the rest is lost. */
static guint
batch_send_by_agent (WhepOutlet * self, Batch * batch)
{
  NiceOutputMessage messages[BATCH_MAX];
  g_autoptr (GError) error = NULL;
  gint sent;

  for (guint i = 0; i < batch->n; i++) {
    messages[i].buffers = &batch->vectors[i];
    messages[i].n_buffers = 1;
  }
  sent = nice_agent_send_messages_nonblocking (self->agent, self->stream_id,
      WHEP_ICE_COMPONENT, messages, batch->n, NULL, &error);
  if (error)
    GST_LOG ("the agent sends nothing: %s", error->message);
  return MAX (sent, 0);
}

static gboolean
send_by_agent (WhepOutlet * self, GstBufferList * packets)
{
  guint n = gst_buffer_list_length (packets);
  guint sent = 0;
  Batch batch;

  for (guint i = 0; i < n; i += MAX (batch.n, 1)) {
    batch_open (&batch, packets, i);
    sent += batch_send_by_agent (self, &batch);
    batch_close (&batch, packets, i);
  }
  g_mutex_lock (&self->lock);
  self->dropped += n - sent;
  g_mutex_unlock (&self->lock);
  return sent == n;
}

/* Straight to the socket; all with the lock */

/* Returns: how many need no further try. */
static guint
batch_send (WhepOutlet * self, Batch * batch)
{
  const GOutputMessage blank = {.address = self->address,.num_vectors = 1 };
  GOutputMessage messages[BATCH_MAX];
  g_autoptr (GError) error = NULL;
  gint sent;

  for (guint i = 0; i < batch->n; i++) {
    messages[i] = blank;
    messages[i].vectors = &batch->vectors[i];
  }
  sent = g_socket_send_messages (self->socket, messages, batch->n, 0, NULL,
      &error);
  if (sent >= 0)
    return sent;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return 0;
  GST_LOG ("%u packets are lost: %s", batch->n, error->message);
  self->dropped += batch->n;
  return batch->n;
}

/* Returns: the first one that the socket does not take now. */
static guint
send_from (WhepOutlet * self, GstBufferList * packets, guint first)
{
  guint n = gst_buffer_list_length (packets);
  Batch batch;

  while (first < n) {
    batch_open (&batch, packets, first);
    /* What cannot be read is passed over. */
    guint sent = batch.n > 0 ? batch_send (self, &batch) : 1;
    batch_close (&batch, packets, first);
    if (sent == 0)
      break;
    first += sent;
  }
  return first;
}

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  gst_buffer_list_unref (waiting->packets);
  g_free (waiting);
}

static guint
waiting_count (const Waiting * waiting)
{
  return gst_buffer_list_length (waiting->packets) - waiting->next;
}

static void
empty_queue (WhepOutlet * self)
{
  self->dropped += self->queued;
  self->queued = 0;
  g_queue_clear_full (&self->queue, waiting_free);
  if (self->watch)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
}

/* Returns: whether all of it is gone. */
static gboolean
send_waiting (WhepOutlet * self, Waiting * waiting)
{
  guint before = waiting_count (waiting);

  waiting->next = send_from (self, waiting->packets, waiting->next);
  self->queued -= before - waiting_count (waiting);
  return waiting_count (waiting) == 0;
}

static gboolean
on_writable (GSocket * socket, GIOCondition condition, gpointer user_data)
{
  WhepOutlet *self = user_data;

  g_mutex_lock (&self->lock);
  while (self->queue.length > 0 && socket == self->socket
      && send_waiting (self, g_queue_peek_head (&self->queue)))
    waiting_free (g_queue_pop_head (&self->queue));
  gboolean more = self->queue.length > 0 && socket == self->socket;
  if (!more && socket == self->socket)
    g_clear_pointer (&self->watch, g_source_unref);
  g_mutex_unlock (&self->lock);
  return more;
}

static void
outlet_clear (gpointer data)
{
  WhepOutlet *self = data;

  g_object_unref (self->agent);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
}

static void
outlet_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, outlet_clear);
}

static void
watch (WhepOutlet * self)
{
  if (self->watch)
    return;
  self->watch = g_socket_create_source (self->socket, G_IO_OUT, NULL);
  g_source_set_callback (self->watch, G_SOURCE_FUNC (on_writable),
      g_atomic_rc_box_acquire (self), outlet_unref);
  g_source_attach (self->watch, self->context);
}

/* Returns: whether there is room; a list is let in whole or not at all. */
static gboolean
enqueue (WhepOutlet * self, GstBufferList * packets, guint next)
{
  guint n = gst_buffer_list_length (packets) - next;

  if (self->queued > 0 && self->queued + n > QUEUE_PACKETS_MAX)
    return FALSE;
  Waiting *waiting = g_new (Waiting, 1);
  waiting->packets = gst_buffer_list_ref (packets);
  waiting->next = next;
  g_queue_push_tail (&self->queue, waiting);
  self->queued += n;
  watch (self);
  return TRUE;
}

/* Returns: whether all of it will leave. */
static gboolean
send_or_enqueue (WhepOutlet * self, GstBufferList * packets)
{
  guint n = gst_buffer_list_length (packets);
  guint64 dropped = self->dropped;
  guint next = 0;

  if (self->queued == 0)
    next = send_from (self, packets, 0);
  if (next < n && !enqueue (self, packets, next))
    self->dropped += n - next;
  return self->dropped == dropped;
}

/* Pads */

static gboolean
send_packets (WhepOutlet * self, GstBufferList * packets)
{
  g_mutex_lock (&self->lock);
  gboolean agent = !self->socket && !self->stopped;
  gboolean ok = self->socket && send_or_enqueue (self, packets);
  g_mutex_unlock (&self->lock);
  return agent ? send_by_agent (self, packets) : ok;
}

static GstFlowReturn
on_packets (GstPad * pad, GstObject * parent, GstBufferList * packets)
{
  WhepOutlet *self = gst_pad_get_element_private (pad);
  gboolean ok = send_packets (self, packets);

  gst_buffer_list_unref (packets);
  return ok ? GST_FLOW_OK : WHEP_OUTLET_DROPPED;
}

static GstFlowReturn
on_packet (GstPad * pad, GstObject * parent, GstBuffer * packet)
{
  GstBufferList *packets = gst_buffer_list_new_sized (1);

  gst_buffer_list_add (packets, packet);
  on_packets (pad, parent, packets);
  return GST_FLOW_OK;
}

static gboolean
on_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gst_event_unref (event);
  return TRUE;
}

GstPad *
whep_outlet_new_pad (WhepOutlet * self)
{
  GstPad *pad = gst_pad_new ("outlet", GST_PAD_SINK);

  gst_pad_set_element_private (pad, self);
  gst_pad_set_chain_function (pad, on_packet);
  gst_pad_set_chain_list_function (pad, on_packets);
  gst_pad_set_event_function (pad, on_event);
  gst_pad_set_active (pad, TRUE);
  return gst_object_ref_sink (pad);
}

/* The way */

void
whep_outlet_set_way (WhepOutlet * self, GSocket * socket,
    GSocketAddress * address)
{
  if (socket)
    g_socket_set_option (socket, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_SIZE, NULL);
  g_mutex_lock (&self->lock);
  empty_queue (self);
  if (!self->stopped) {
    g_set_object (&self->socket, socket);
    g_set_object (&self->address, address);
  }
  g_mutex_unlock (&self->lock);
}

static GSocketAddress *
address_of (const NiceCandidate * candidate)
{
  struct sockaddr_storage native;

  nice_address_copy_to_sockaddr (&candidate->addr, (struct sockaddr *) &native);
  return g_socket_address_new_from_native (&native, sizeof native);
}

static gboolean
is_plain_udp (const NiceCandidate * local, GSocket * socket)
{
  return local->type != NICE_CANDIDATE_TYPE_RELAYED
      && local->transport == NICE_CANDIDATE_TRANSPORT_UDP && socket
      && g_socket_get_socket_type (socket) == G_SOCKET_TYPE_DATAGRAM;
}

static void
on_selected_pair (NiceAgent * agent, guint stream_id, guint component_id,
    NiceCandidate * local, NiceCandidate * remote, gpointer user_data)
{
  WhepOutlet *self = user_data;
  g_autoptr (GSocket) socket = nice_agent_get_selected_socket (agent,
      stream_id, component_id);
  g_autoptr (GSocketAddress) address = NULL;
  gboolean straight = is_plain_udp (local, socket);

  if (straight)
    address = address_of (remote);
  GST_DEBUG ("packets go %s", straight ? "straight" : "by the agent");
  whep_outlet_set_way (self, straight ? socket : NULL, address);
}

guint64
whep_outlet_get_dropped (WhepOutlet * self)
{
  g_mutex_lock (&self->lock);
  guint64 dropped = self->dropped;
  g_mutex_unlock (&self->lock);
  return dropped;
}

static void
release_closure_data (gpointer self, GClosure * closure)
{
  outlet_unref (self);
}

/* What the agent chose before anybody listened. */
static void
follow_selected_pair (WhepOutlet * self)
{
  NiceCandidate *local, *remote;

  if (nice_agent_get_selected_pair (self->agent, self->stream_id,
          WHEP_ICE_COMPONENT, &local, &remote))
    on_selected_pair (self->agent, self->stream_id, WHEP_ICE_COMPONENT, local,
        remote, self);
}

WhepOutlet *
whep_outlet_new (NiceAgent * agent, guint stream_id, GMainContext * context)
{
  WhepOutlet *self = g_atomic_rc_box_new0 (WhepOutlet);

  init_debug ();
  g_mutex_init (&self->lock);
  g_queue_init (&self->queue);
  self->agent = g_object_ref (agent);
  self->stream_id = stream_id;
  self->context = g_main_context_ref (context);
  self->handler = g_signal_connect_data (agent, "new-selected-pair-full",
      G_CALLBACK (on_selected_pair), g_atomic_rc_box_acquire (self),
      release_closure_data, 0);
  follow_selected_pair (self);
  return self;
}

void
whep_outlet_stop (WhepOutlet * self)
{
  if (self->handler)
    g_signal_handler_disconnect (self->agent, self->handler);
  self->handler = 0;
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  empty_queue (self);
  g_clear_object (&self->socket);
  g_clear_object (&self->address);
  g_mutex_unlock (&self->lock);
}

void
whep_outlet_free (WhepOutlet * self)
{
  whep_outlet_stop (self);
  outlet_unref (self);
}
