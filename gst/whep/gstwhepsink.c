/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-whepsink
 * @title: whepsink
 * @short_description: serves a stream to browsers, encrypted
 *
 * Serves the streams it is given to any number of viewers, over WHEP (WebRTC
 * HTTP egress), and a page that plays them. Open it with any browser.
 *
 *               +----------+
 *   VP8, VP9 or | video_%u | ══► HTTP: the page, offers and answers
 *   H.264       |          |
 *     Opus or   | audio_%u | ══► one encrypted leg a viewer: ICE, DTLS, SRTP
 *     G.711     +----------+
 *
 * Nothing is transcoded; each viewer gets packets of its own, under keys of
 * its own. Who views must have the certificate that its offer announced. A
 * viewer that comes late starts with a keyframe, which is asked for upstream.
 * One that leaves, closes its tab or falls silent is removed with all it
 * holds, and none disturbs another.
 *
 * The HTTP side listens at #WhepSink:address, this machine alone by default.
 * Media go directly between the viewer and all addresses of this machine,
 * also then, because browsers use none of the loopback addresses.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! vp8enc deadline=1 ! whepsink port=8080
 * ]|
 * Open http://127.0.0.1:8080/ to see the test picture.
 *
 * |[
 * gst-launch-1.0 whepsink name=sink \
 *   videotestsrc is-live=true ! vp8enc deadline=1 ! queue ! sink. \
 *   audiotestsrc is-live=true ! opusenc ! queue ! sink.
 * ]|
 * The same with sound.
 *
 * Since: 1.0
 */
/*
 * Threads: the server's thread makes, tells of and ends viewers; streams'
 * threads hand buffers to the viewers there are at that moment.
 *
 * Locks, in this order: `lock` guards inputs, viewers and counters; an
 * input's own lock may be taken with it, and nothing else is called. The
 * object lock guards properties and is taken alone.
 */
#include "config.h"

#include "gstwhepsink.h"

#include <glib/gi18n-lib.h>

#include "whep-ice.h"
#include "whep-input.h"
#include "whep-leg.h"
#include "whep-server.h"
#include "whep-viewer.h"

GST_DEBUG_CATEGORY_STATIC (whep_sink_debug);
#define GST_CAT_DEFAULT whep_sink_debug

#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_PORT 8080
#define DEFAULT_PATH "/whep"
#define DEFAULT_MAX_VIEWERS 64
#define DEFAULT_CONNECT_TIMEOUT_MS 20000
#define CLEANERS_MAX 2

struct _WhepSink
{
  GstBin parent;

  /* Properties, under the object lock. */
  gchar *address;
  guint port;
  gchar *path;
  gchar *stun_server;
  gchar *turn_server;
  gchar *allowed_origins;
  gchar *token;
  guint max_viewers;
  guint connect_timeout_ms;

  /* From READY on; changed in state changes only. */
  WhepServer *server;
  GThreadPool *cleaners;
  GUri *stun;
  GUri *turn;

  GMutex lock;
  GCond all_gone;
  /* All below under the lock. */
  WhepInput *inputs[WHEP_INPUTS_MAX];
  GPtrArray *viewers;           /* replaced, never changed, once shared */
  GHashTable *exchanges;        /* of viewers that wait for their answer */
  gboolean serving;             /* PAUSED or above */
  guint bound_port;
  guint announced;              /* viewers added and not yet told gone */
  guint64 viewers_total;
  guint64 offers_refused;
  guint64 ended[WHEP_N_ENDS];
};

enum
{
  PROP_0,
  PROP_ADDRESS,
  PROP_PORT,
  PROP_PATH,
  PROP_STUN_SERVER,
  PROP_TURN_SERVER,
  PROP_ALLOWED_ORIGINS,
  PROP_TOKEN,
  PROP_MAX_VIEWERS,
  PROP_CONNECT_TIMEOUT,
  PROP_STATS,
};

enum
{
  SIGNAL_VIEWER_ADDED,
  SIGNAL_VIEWER_REMOVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_CODE (WhepSink, whep_sink, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (whep_sink_debug, "whepsink", 0, "WHEP sink"));
GST_ELEMENT_REGISTER_DEFINE (whepsink, "whepsink", GST_RANK_NONE,
    WHEP_TYPE_SINK);

/* The viewers of this moment */

static GPtrArray *
ref_viewers (WhepSink * self)
{
  g_mutex_lock (&self->lock);
  GPtrArray *viewers = g_ptr_array_ref (self->viewers);
  g_mutex_unlock (&self->lock);
  return viewers;
}

/* Puts @viewers in the place of those there are; with the lock. */
static void
replace_viewers (WhepSink * self, GPtrArray * viewers)
{
  g_ptr_array_unref (self->viewers);
  self->viewers = viewers;
}

static GPtrArray *
copy_viewers_without (GPtrArray * viewers, WhepViewer * except)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < viewers->len; i++) {
    if (g_ptr_array_index (viewers, i) != except)
      g_ptr_array_add (copy, g_object_ref (g_ptr_array_index (viewers, i)));
  }
  return copy;
}

/* Returns: (transfer full) (nullable) */
static WhepViewer *
find_viewer (WhepSink * self, const gchar * id)
{
  g_autoptr (GPtrArray) viewers = ref_viewers (self);

  for (guint i = 0; i < viewers->len; i++) {
    WhepViewer *viewer = g_ptr_array_index (viewers, i);

    if (g_str_equal (whep_viewer_get_id (viewer), id))
      return g_object_ref (viewer);
  }
  return NULL;
}

static void
end_viewers (WhepSink * self, WhepEnd end)
{
  g_autoptr (GPtrArray) viewers = ref_viewers (self);

  for (guint i = 0; i < viewers->len; i++)
    whep_viewer_end (g_ptr_array_index (viewers, i), end);
}

/* What viewers tell */

/* Returns: (nullable): the exchange of a viewer that waits for its answer. */
static WhepExchange *
take_exchange (WhepSink * self, WhepViewer * viewer)
{
  gpointer exchange = NULL;

  g_mutex_lock (&self->lock);
  g_hash_table_steal_extended (self->exchanges, viewer, NULL, &exchange);
  g_mutex_unlock (&self->lock);
  return exchange;
}

static void
on_viewer_answer (WhepViewer * viewer, const gchar * etag,
    const gchar * answer, gpointer user_data)
{
  WhepSink *self = user_data;
  WhepExchange *exchange = take_exchange (self, viewer);

  if (exchange)
    whep_exchange_answer (exchange, whep_viewer_get_id (viewer), etag, answer);
}

static void
on_viewer_keyframe (WhepViewer * viewer, guint index, gpointer user_data)
{
  WhepSink *self = user_data;
  g_autoptr (WhepInput) input = NULL;

  g_mutex_lock (&self->lock);
  if (self->inputs[index])
    input = g_object_ref (self->inputs[index]);
  g_mutex_unlock (&self->lock);
  if (input)
    whep_input_request_keyframe (input);
}

static void
post_message (WhepSink * self, GstStructure * structure)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
}

static void
refuse (WhepExchange * exchange, WhepError status, const gchar * text)
{
  g_autoptr (GError) error = g_error_new_literal (WHEP_ERROR, status, text);

  whep_exchange_refuse (exchange, error);
}

static void
on_viewer_ended (WhepViewer * viewer, WhepEnd end, const gchar * detail,
    gpointer user_data)
{
  WhepSink *self = user_data;
  const gchar *id = whep_viewer_get_id (viewer);
  WhepExchange *exchange = take_exchange (self, viewer);

  if (exchange)
    refuse (exchange, WHEP_ERROR_UNAVAILABLE, _("The stream is ending."));
  g_mutex_lock (&self->lock);
  self->ended[end]++;
  replace_viewers (self, copy_viewers_without (self->viewers, viewer));
  g_mutex_unlock (&self->lock);

  g_signal_emit (self, signals[SIGNAL_VIEWER_REMOVED], 0, id,
      whep_end_name (end));
  post_message (self, gst_structure_new ("whepsink-viewer-removed",
          "id", G_TYPE_STRING, id,
          "reason", G_TYPE_STRING, whep_end_name (end), NULL));

  g_mutex_lock (&self->lock);
  if (--self->announced == 0)
    g_cond_broadcast (&self->all_gone);
  g_mutex_unlock (&self->lock);
}

static const WhepViewerFuncs viewer_funcs = {
  on_viewer_answer, on_viewer_keyframe, on_viewer_ended
};

/* What the server tells */

/* What can be offered now. @n is one more than the highest index. */
static guint
read_formats (WhepSink * self, WhepFormat * formats)
{
  g_autoptr (GPtrArray) inputs =
      g_ptr_array_new_with_free_func (g_object_unref);
  guint n = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; self->serving && i < WHEP_INPUTS_MAX; i++) {
    if (self->inputs[i])
      g_ptr_array_add (inputs, g_object_ref (self->inputs[i]));
  }
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < inputs->len; i++) {
    WhepInput *input = g_ptr_array_index (inputs, i);
    guint index = whep_input_get_index (input);

    if (!whep_input_is_eos (input))
      formats[index] = whep_input_get_format (input);
    n = MAX (n, index + 1);
  }
  return n;
}

static gboolean
check_room (WhepSink * self, GError ** error)
{
  g_autoptr (GPtrArray) viewers = ref_viewers (self);

  GST_OBJECT_LOCK (self);
  guint max = self->max_viewers;
  GST_OBJECT_UNLOCK (self);
  if (max == 0 || viewers->len < max)
    return TRUE;
  g_set_error (error, WHEP_ERROR, WHEP_ERROR_UNAVAILABLE,
      _("There are %u viewers already, which is all there may be."), max);
  return FALSE;
}

static WhepViewer *
make_viewer (WhepSink * self, const gchar * text, gsize size, GError ** error)
{
  WhepFormat formats[WHEP_INPUTS_MAX] = { {NULL,}, };
  guint n_formats = read_formats (self, formats);
  WhepOffer *offer;

  if (!check_room (self, error)
      || !(offer = whep_offer_parse (text, size, formats, n_formats, error)))
    return NULL;
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  if (!clock)
    clock = gst_system_clock_obtain ();
  WhepViewerConfig config = {
    .context = whep_server_get_context (self->server),
    .cleaners = self->cleaners,.clock = clock,
    .stun = self->stun,.turn = self->turn,
  };
  GST_OBJECT_LOCK (self);
  config.connect_timeout_ms = self->connect_timeout_ms;
  GST_OBJECT_UNLOCK (self);
  return whep_viewer_new (&config, offer, &viewer_funcs, self, error);
}

/* Returns: whether it came in time; after that nobody is let in. */
static gboolean
add_viewer (WhepSink * self, WhepViewer * viewer, WhepExchange * exchange)
{
  g_mutex_lock (&self->lock);
  gboolean serving = self->serving;
  GPtrArray *viewers = copy_viewers_without (self->viewers, NULL);
  g_ptr_array_add (viewers, g_object_ref (viewer));
  replace_viewers (self, viewers);
  self->viewers_total++;
  self->announced++;
  g_hash_table_insert (self->exchanges, viewer, exchange);
  g_mutex_unlock (&self->lock);
  return serving;
}

static void
on_offer (WhepExchange * exchange, const gchar * text, gsize size,
    gpointer user_data)
{
  WhepSink *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WhepViewer) viewer = make_viewer (self, text, size, &error);

  if (!viewer) {
    GST_INFO_OBJECT (self, "refused an offer: %s", error->message);
    g_mutex_lock (&self->lock);
    self->offers_refused++;
    g_mutex_unlock (&self->lock);
    whep_exchange_refuse (exchange, error);
    return;
  }
  gboolean serving = add_viewer (self, viewer, exchange);
  const gchar *id = whep_viewer_get_id (viewer);
  g_signal_emit (self, signals[SIGNAL_VIEWER_ADDED], 0, id);
  post_message (self, gst_structure_new ("whepsink-viewer-added",
          "id", G_TYPE_STRING, id, NULL));
  if (!serving)
    whep_viewer_end (viewer, WHEP_END_STOPPED);
}

static void
set_no_viewer (GError ** error)
{
  g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_NOT_FOUND,
      _("No such viewer."));
}

static gboolean
on_trickle (const gchar * id, const gchar * etag, const gchar * fragment,
    GError ** error, gpointer user_data)
{
  g_autoptr (WhepViewer) viewer = find_viewer (user_data, id);

  if (viewer)
    return whep_viewer_trickle (viewer, etag, fragment, error);
  set_no_viewer (error);
  return FALSE;
}

static gboolean
on_remove (const gchar * id, gpointer user_data)
{
  g_autoptr (WhepViewer) viewer = find_viewer (user_data, id);

  if (viewer)
    whep_viewer_end (viewer, WHEP_END_LEFT);
  return viewer != NULL;
}

static const WhepServerHandler server_handler = {
  on_offer, on_trickle, on_remove
};

/* What inputs tell */

static void
on_input_buffer (WhepInput * input, GstBuffer * buffer, GstCaps * caps,
    gpointer user_data)
{
  g_autoptr (GPtrArray) viewers = ref_viewers (user_data);

  for (guint i = 0; i < viewers->len; i++)
    whep_viewer_push (g_ptr_array_index (viewers, i),
        whep_input_get_index (input), buffer, caps);
}

static void
end_viewers_of (WhepSink * self, guint index)
{
  g_autoptr (GPtrArray) viewers = ref_viewers (self);

  for (guint i = 0; i < viewers->len; i++) {
    WhepViewer *viewer = g_ptr_array_index (viewers, i);

    if (whep_viewer_uses (viewer, index))
      whep_viewer_end (viewer, WHEP_END_FORMAT);
  }
}

static void
on_input_format (WhepInput * input, gpointer user_data)
{
  end_viewers_of (user_data, whep_input_get_index (input));
}

static void
on_input_eos (WhepInput * input, gpointer user_data)
{
  WhepSink *self = user_data;
  gboolean all = TRUE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    if (self->inputs[i] && !whep_input_is_eos (self->inputs[i]))
      all = FALSE;
  }
  g_mutex_unlock (&self->lock);
  if (all)
    end_viewers (self, WHEP_END_EOS);
}

static const WhepInputFuncs input_funcs = {
  on_input_buffer, on_input_format, on_input_eos
};

/* Pads */

static gint
free_index (WhepSink * self)
{
  for (gint i = 0; i < WHEP_INPUTS_MAX; i++) {
    if (!self->inputs[i])
      return i;
  }
  return -1;
}

/* "video_%u" with the lowest number that is free. */
static gchar *
free_pad_name (WhepSink * self, GstPadTemplate * templ)
{
  const gchar *media =
      g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (templ), "video") ?
      "video" : "audio";

  for (guint i = 0;; i++) {
    g_autofree gchar *name = g_strdup_printf ("%s_%u", media, i);
    g_autoptr (GstPad) pad =
        gst_element_get_static_pad (GST_ELEMENT (self), name);

    if (!pad)
      return g_steal_pointer (&name);
  }
}

static GstPad *
whep_sink_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  WhepSink *self = WHEP_SINK (element);
  g_autofree gchar *pad_name =
      name ? g_strdup (name) : free_pad_name (self, templ);
  WhepInput *input;

  g_mutex_lock (&self->lock);
  gint index = free_index (self);
  g_mutex_unlock (&self->lock);
  if (index < 0) {
    GST_WARNING_OBJECT (self, "more than %d pads", WHEP_INPUTS_MAX);
    return NULL;
  }
  input = whep_input_new (GST_BIN (self), index, templ, pad_name,
      &input_funcs, self);
  if (!input)
    return NULL;
  g_mutex_lock (&self->lock);
  self->inputs[index] = input;
  g_mutex_unlock (&self->lock);
  gst_element_add_pad (element, whep_input_get_pad (input));
  return whep_input_get_pad (input);
}

static WhepInput *
take_input (WhepSink * self, GstPad * pad)
{
  WhepInput *input = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WHEP_INPUTS_MAX && !input; i++) {
    if (self->inputs[i] && whep_input_get_pad (self->inputs[i]) == pad)
      input = g_steal_pointer (&self->inputs[i]);
  }
  g_mutex_unlock (&self->lock);
  return input;
}

static void
whep_sink_release_pad (GstElement * element, GstPad * pad)
{
  WhepSink *self = WHEP_SINK (element);
  g_autoptr (WhepInput) input = take_input (self, pad);

  if (!input)
    return;
  gst_pad_set_active (pad, FALSE);
  end_viewers_of (self, whep_input_get_index (input));
  whep_input_remove (input);
  gst_element_remove_pad (element, pad);
}

/* States */

static void
announce (WhepSink * self)
{
  g_autofree gchar *uri = whep_server_get_uri (self->server);
  guint port = whep_server_get_port (self->server);

  g_mutex_lock (&self->lock);
  self->bound_port = port;
  g_mutex_unlock (&self->lock);
  GST_INFO_OBJECT (self, "open %s to view", uri);
  post_message (self, gst_structure_new ("whepsink-listening",
          "uri", G_TYPE_STRING, uri, "port", G_TYPE_UINT, port, NULL));
  g_object_notify (G_OBJECT (self), "port");
}

static gboolean
read_ice_servers (WhepSink * self, GError ** error)
{
  if (self->stun_server && *self->stun_server
      && !(self->stun = whep_ice_parse_server (self->stun_server, error)))
    return FALSE;
  if (self->turn_server && *self->turn_server
      && !(self->turn = whep_ice_parse_server (self->turn_server, error)))
    return FALSE;
  return TRUE;
}

/* A path of its own, that needs no escaping. */
static gboolean
check_path (const gchar * path, GError ** error)
{
  if (g_regex_match_simple ("^(/[A-Za-z0-9._~-]+)+$", path, 0, 0))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      _("\"%s\" cannot be the path of the endpoint. Write it like /whep."),
      path);
  return FALSE;
}

static WhepServer *
make_server (WhepSink * self, GError ** error)
{
  g_autofree gchar *stun = self->stun ?
      g_strdup_printf ("stun:%s:%d", g_uri_get_host (self->stun),
      g_uri_get_port (self->stun) > 0 ? g_uri_get_port (self->stun) : 3478) :
      NULL;
  const gchar *const ice_servers[] = { stun, NULL };
  WhepServerConfig config = {
    .address = self->address,.port = self->port,.path = self->path,
    .access = {self->allowed_origins, self->token, FALSE},
    .ice_servers = ice_servers,
  };

  return whep_server_new (&config, &server_handler, self, error);
}

static gboolean
whep_sink_start (WhepSink * self)
{
  g_autoptr (GError) error = NULL;

  if (!whep_leg_check_elements (&error)) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  if (!check_path (self->path, &error) || !read_ice_servers (self, &error)) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  self->cleaners = g_thread_pool_new (whep_viewer_clean, NULL, CLEANERS_MAX,
      FALSE, NULL);
  self->server = make_server (self, &error);
  if (!self->server) {
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ_WRITE,
        ("%s", error->message), (NULL));
    return FALSE;
  }
  announce (self);
  return TRUE;
}

/* Ends all viewers and waits until they are gone. */
static void
whep_sink_stop_serving (WhepSink * self)
{
  g_mutex_lock (&self->lock);
  self->serving = FALSE;
  g_mutex_unlock (&self->lock);
  if (!self->server)
    return;
  end_viewers (self, WHEP_END_STOPPED);
  g_mutex_lock (&self->lock);
  while (self->announced > 0)
    g_cond_wait (&self->all_gone, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
whep_sink_stop (WhepSink * self)
{
  whep_sink_stop_serving (self);
  g_clear_pointer (&self->server, whep_server_free);
  if (self->cleaners)
    g_thread_pool_free (g_steal_pointer (&self->cleaners), FALSE, TRUE);
  g_clear_pointer (&self->stun, g_uri_unref);
  g_clear_pointer (&self->turn, g_uri_unref);
  g_mutex_lock (&self->lock);
  self->bound_port = 0;
  g_mutex_unlock (&self->lock);
}

static void
whep_sink_start_serving (WhepSink * self)
{
  g_mutex_lock (&self->lock);
  self->serving = TRUE;
  g_mutex_unlock (&self->lock);
}

static GstStateChangeReturn
whep_sink_change_state (GstElement * element, GstStateChange transition)
{
  WhepSink *self = WHEP_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !whep_sink_start (self)) {
    whep_sink_stop (self);
    return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    whep_sink_start_serving (self);

  result = GST_ELEMENT_CLASS (whep_sink_parent_class)->change_state (element,
      transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    whep_sink_stop_serving (self);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL
      || (transition == GST_STATE_CHANGE_NULL_TO_READY
          && result == GST_STATE_CHANGE_FAILURE))
    whep_sink_stop (self);
  return result;
}

/* Properties */

static GstStructure *
whep_sink_get_stats (WhepSink * self)
{
  g_autoptr (GPtrArray) viewers = ref_viewers (self);
  GstStructure *stats = gst_structure_new ("whepsink-stats",
      "viewers", G_TYPE_UINT, viewers->len, NULL);
  GValue list = G_VALUE_INIT;
  guint64 keyframe_requests = 0;

  g_mutex_lock (&self->lock);
  gst_structure_set (stats, "viewers-total", G_TYPE_UINT64,
      self->viewers_total, "offers-refused", G_TYPE_UINT64,
      self->offers_refused, NULL);
  for (guint i = 0; i < WHEP_N_ENDS; i++) {
    g_autofree gchar *name = g_strconcat ("ended-", whep_end_name (i), NULL);

    gst_structure_set (stats, name, G_TYPE_UINT64, self->ended[i], NULL);
  }
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    if (self->inputs[i])
      keyframe_requests += whep_input_get_keyframe_requests (self->inputs[i]);
  }
  g_mutex_unlock (&self->lock);
  gst_structure_set (stats, "keyframe-requests", G_TYPE_UINT64,
      keyframe_requests, NULL);

  gst_value_list_init (&list, viewers->len);
  for (guint i = 0; i < viewers->len; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value,
        whep_viewer_get_stats (g_ptr_array_index (viewers, i)));
    gst_value_list_append_and_take_value (&list, &value);
  }
  gst_structure_take_value (stats, "viewer-stats", &list);
  return stats;
}

static guint
whep_sink_get_port (WhepSink * self)
{
  g_mutex_lock (&self->lock);
  guint bound = self->bound_port;
  g_mutex_unlock (&self->lock);
  return bound ? bound : self->port;
}

static void
whep_sink_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  WhepSink *self = WHEP_SINK (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, whep_sink_get_stats (self));
    return;
  }
  if (id == PROP_PORT) {
    g_value_set_uint (value, whep_sink_get_port (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_STUN_SERVER:
      g_value_set_string (value, self->stun_server);
      break;
    case PROP_ALLOWED_ORIGINS:
      g_value_set_string (value, self->allowed_origins);
      break;
    case PROP_MAX_VIEWERS:
      g_value_set_uint (value, self->max_viewers);
      break;
    case PROP_CONNECT_TIMEOUT:
      g_value_set_uint (value, self->connect_timeout_ms);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
take_string (gchar ** field, const GValue * value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

static void
whep_sink_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  WhepSink *self = WHEP_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_ADDRESS:
      take_string (&self->address, value);
      break;
    case PROP_PORT:
      self->port = g_value_get_uint (value);
      break;
    case PROP_PATH:
      take_string (&self->path, value);
      break;
    case PROP_STUN_SERVER:
      take_string (&self->stun_server, value);
      break;
    case PROP_TURN_SERVER:
      take_string (&self->turn_server, value);
      break;
    case PROP_ALLOWED_ORIGINS:
      take_string (&self->allowed_origins, value);
      break;
    case PROP_TOKEN:
      take_string (&self->token, value);
      break;
    case PROP_MAX_VIEWERS:
      self->max_viewers = g_value_get_uint (value);
      break;
    case PROP_CONNECT_TIMEOUT:
      self->connect_timeout_ms = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
whep_sink_finalize (GObject * object)
{
  WhepSink *self = WHEP_SINK (object);

  for (guint i = 0; i < WHEP_INPUTS_MAX; i++)
    g_clear_object (&self->inputs[i]);
  g_ptr_array_unref (self->viewers);
  g_hash_table_unref (self->exchanges);
  g_free (self->address);
  g_free (self->path);
  g_free (self->stun_server);
  g_free (self->turn_server);
  g_free (self->allowed_origins);
  g_free (self->token);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->all_gone);
  G_OBJECT_CLASS (whep_sink_parent_class)->finalize (object);
}

static void
install_string (GObjectClass * klass, guint id, const gchar * name,
    const gchar * nick, const gchar * blurb, const gchar * value,
    GParamFlags access)
{
  g_object_class_install_property (klass, id, g_param_spec_string (name, nick,
          blurb, value, access | G_PARAM_STATIC_NAME));
}

static void
install_properties (GObjectClass * klass)
{
  install_string (klass, PROP_ADDRESS, "address", _("Address"),
      _("IP address that the HTTP server listens at: 127.0.0.1 for this "
          "machine alone, 0.0.0.0 or :: for everybody"), DEFAULT_ADDRESS,
      G_PARAM_READWRITE);
  g_object_class_install_property (klass, PROP_PORT,
      g_param_spec_uint ("port", _("Port"),
          _("TCP port of the HTTP server; 0 takes a free one, which can be "
              "read here from READY on"), 0, 65535, DEFAULT_PORT,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  install_string (klass, PROP_PATH, "path", _("Path"),
      _("Path of the WHEP endpoint"), DEFAULT_PATH, G_PARAM_READWRITE);
  install_string (klass, PROP_STUN_SERVER, "stun-server", _("STUN server"),
      _("For viewers behind address translation: stun://HOST:PORT"), NULL,
      G_PARAM_READWRITE);
  install_string (klass, PROP_TURN_SERVER, "turn-server", _("TURN server"),
      _("Relay of last resort: turn://USER:PASSWORD@HOST:PORT, turns:// for "
          "TLS, with ?transport=tcp for TCP"), NULL, G_PARAM_WRITABLE);
  /**
   * WhepSink:allowed-origins:
   *
   * Without it, only the page of this server may play the stream: any other
   * page that somebody has open could otherwise watch it as well.
   *
   * Since: 1.0
   */
  install_string (klass, PROP_ALLOWED_ORIGINS, "allowed-origins",
      _("Allowed origins"), _("Other web sites whose pages may play the "
          "stream, such as https://example.org, separated by commas; * for "
          "all"), NULL, G_PARAM_READWRITE);
  install_string (klass, PROP_TOKEN, "token", _("Token"),
      _("What viewers must bear to be served; give it to the page as "
          "#token=…"), NULL, G_PARAM_WRITABLE);
  g_object_class_install_property (klass, PROP_MAX_VIEWERS,
      g_param_spec_uint ("max-viewers", _("Most viewers"),
          _("How many viewers are served at a time, 0 for any number"), 0,
          G_MAXUINT, DEFAULT_MAX_VIEWERS, G_PARAM_READWRITE
          | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (klass, PROP_CONNECT_TIMEOUT,
      g_param_spec_uint ("connect-timeout", _("Connect timeout"),
          _("Milliseconds that a viewer may take from its offer until it is "
              "connected"), 1, G_MAXUINT, DEFAULT_CONNECT_TIMEOUT_MS,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));
  /**
   * WhepSink:stats:
   *
   * * `viewers` (uint): how many there are
   * * `viewers-total` (uint64): how many there were, in all
   * * `offers-refused` (uint64): offers that got an error
   * * `ended-REASON` (uint64): viewers that ended, by reason; see
   *   #WhepSink::viewer-removed
   * * `keyframe-requests` (uint64): how many went upstream
   * * `viewer-stats` (list of structures): `id`, `connected`, `age-ms`,
   *   `buffers-dropped`, the `stats` of the viewer's dtlsdec as `dtls` and of
   *   its rtpsession as `rtp`
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("Viewers in numbers, and what each was sent"),
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
install_signals (GObjectClass * klass)
{
  /**
   * WhepSink::viewer-added:
   * @sink: the whepsink
   * @id: of the viewer
   *
   * An offer was accepted. Emitted on the HTTP server's thread, which must
   * not be kept waiting, nor change this element's state.
   *
   * Since: 1.0
   */
  signals[SIGNAL_VIEWER_ADDED] = g_signal_new ("viewer-added",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * WhepSink::viewer-removed:
   * @sink: the whepsink
   * @id: of the viewer
   * @reason: `left` (DELETE), `closed` (by the viewer's end of DTLS),
   *   `silent` (nothing heard for half a minute), `unreachable` (no way to it
   *   was found), `handshake` (DTLS failed, or it was not who it said),
   *   `format` (the stream changed), `eos`, `stopped`, `error`
   *
   * On the same thread as #WhepSink::viewer-added.
   *
   * Since: 1.0
   */
  signals[SIGNAL_VIEWER_REMOVED] = g_signal_new ("viewer-removed",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
add_template (GstElementClass * klass, const gchar * name, GstCaps * caps)
{
  gst_element_class_add_pad_template (klass,
      gst_pad_template_new (name, GST_PAD_SINK, GST_PAD_REQUEST, caps));
  gst_caps_unref (caps);
}

static void
whep_sink_class_init (WhepSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->get_property = whep_sink_get_property;
  object_class->set_property = whep_sink_set_property;
  object_class->finalize = whep_sink_finalize;
  element_class->request_new_pad =
      GST_DEBUG_FUNCPTR (whep_sink_request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (whep_sink_release_pad);
  element_class->change_state = GST_DEBUG_FUNCPTR (whep_sink_change_state);

  install_properties (object_class);
  install_signals (object_class);
  add_template (element_class, "video_%u", whep_format_video_caps ());
  add_template (element_class, "audio_%u", whep_format_audio_caps ());
  gst_element_class_set_static_metadata (element_class, _("WHEP sink"),
      "Sink/Network/WebRTC",
      _("Serves a stream to browsers over WHEP, encrypted with DTLS-SRTP"),
      GST_PACKAGE_NAME);
}

static void
whep_sink_init (WhepSink * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->all_gone);
  self->address = g_strdup (DEFAULT_ADDRESS);
  self->port = DEFAULT_PORT;
  self->path = g_strdup (DEFAULT_PATH);
  self->max_viewers = DEFAULT_MAX_VIEWERS;
  self->connect_timeout_ms = DEFAULT_CONNECT_TIMEOUT_MS;
  self->viewers = g_ptr_array_new_with_free_func (g_object_unref);
  self->exchanges = g_hash_table_new (NULL, NULL);
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
