/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements of one peer's leg. Those of the DTLS plugin are found by
 * name, as any application would.
 */
#include "config.h"

#include "whep-leg.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "whep-ice.h"

#define RTCP_INTERVAL_NS GST_SECOND

/* As of the element's enumeration. */
#define RTP_PROFILE_SAVPF 4

static const gchar *const dtls_factories[] = {
  "dtlscertgen", "dtlsdec", "dtlsenc", "srtpkeyer", "dtlssrtpdemux", NULL
};

static const gchar *const other_factories[] = {
  "appsink", "nicesrc", "rtpsession", NULL
};

static gboolean
check_exists (const gchar * name, GError ** error)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  if (!factory)
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        _("The element %s is missing. Check your GStreamer installation."),
        name);
  return factory != NULL;
}

/* The OpenSSL-based plugin has elements of these names that check nobody. */
static gboolean
check_is_ours (const gchar * name, GError ** error)
{
  g_autoptr (GstElement) element = gst_element_factory_make (name, NULL);
  g_autoptr (GstPlugin) plugin = NULL;
  const gchar *file = NULL;

  if (!element)
    return check_exists (name, error);
  gst_object_ref_sink (element);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element),
          "peer-fingerprint"))
    return TRUE;
  plugin =
      gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE
      (gst_element_get_factory (element)));
  file = plugin ? gst_plugin_get_filename (plugin) : NULL;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
      _("The element %s comes from %s, which cannot check who receives the "
          "stream. Put the folder of this project's libgstdtls.so first into "
          "GST_PLUGIN_PATH."), name, file ? file : "?");
  return FALSE;
}

gboolean
whep_leg_check_elements (GError ** error)
{
  if (!check_is_ours ("dtlsdec", error))
    return FALSE;
  for (const gchar * const *name = dtls_factories; *name; name++) {
    if (!check_exists (*name, error))
      return FALSE;
  }
  for (const gchar * const *name = other_factories; *name; name++) {
    if (!check_exists (*name, error))
      return FALSE;
  }
  return TRUE;
}

/* Returns: (transfer none): a new element of the leg. */
static GstElement *
add (WhepLeg * leg, const gchar * factory, GError ** error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (!element) {
    check_exists (factory, error);
    return NULL;
  }
  gst_bin_add (GST_BIN (leg->pipeline), element);
  return element;
}

static gboolean
add_all (WhepLeg * leg, const gchar * const *factories, GstElement ** elements,
    GError ** error)
{
  for (guint i = 0; factories[i]; i++) {
    if (!(elements[i] = add (leg, factories[i], error)))
      return FALSE;
  }
  return TRUE;
}

static void
set_link_error (GError ** error, GstElement * from, const gchar * src,
    const gchar * to, const gchar * sink)
{
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD,
      "%s.%s cannot be linked to %s.%s", GST_ELEMENT_NAME (from), src, to,
      sink);
}

static gboolean
link_pads (GstElement * from, const gchar * src, GstElement * to,
    const gchar * sink, GError ** error)
{
  if (gst_element_link_pads (from, src, to, sink))
    return TRUE;
  set_link_error (error, from, src, GST_ELEMENT_NAME (to), sink);
  return FALSE;
}

/* The session asks for what it needs to relate RTP time to clock time. */
static GstCaps *
on_request_pt_map (GstElement * session, guint payload_type,
    const WhepOffer * remote)
{
  for (guint i = 0; i < remote->media->len; i++) {
    const WhepMedia *media = g_ptr_array_index (remote->media, i);

    if (media->input >= 0 && (media->payload_type == (gint) payload_type
            || media->rtx_payload_type == (gint) payload_type))
      return gst_caps_new_simple ("application/x-rtp",
          "media", G_TYPE_STRING, media->codec->media,
          "clock-rate", G_TYPE_INT, (gint) media->codec->clock_rate, NULL);
  }
  return NULL;
}

static gboolean
link_tracks (WhepLeg * leg, WhepTracks * tracks, GError ** error)
{
  g_autoptr (GstPad) sink =
      gst_element_request_pad_simple (leg->session, "send_rtp_sink");

  if (gst_pad_link (whep_tracks_get_pad (tracks), sink) == GST_PAD_LINK_OK)
    return TRUE;
  set_link_error (error, leg->session, "send_rtp_sink", "tracks", "src");
  return FALSE;
}

static gboolean
add_session (WhepLeg * leg, const WhepLegConfig * config, GError ** error)
{
  GstStructure *sdes;

  if (!(leg->session = add (leg, "rtpsession", error)))
    return FALSE;
  sdes = gst_structure_new ("application/x-rtp-source-sdes",
      "cname", G_TYPE_STRING, config->cname, NULL);
  /* Reports relate RTP time to the time the media belong to, not to that of
   * sending, or picture and sound of unlike latency would be apart. */
  g_object_set (leg->session, "rtp-profile", RTP_PROFILE_SAVPF, "sdes", sdes,
      "rtcp-min-interval", (guint64) RTCP_INTERVAL_NS,
      "rtcp-sync-send-time", FALSE, NULL);
  gst_structure_free (sdes);
  g_signal_connect (leg->session, "request-pt-map",
      G_CALLBACK (on_request_pt_map), (gpointer) config->offer);

  return link_tracks (leg, config->tracks, error)
      && link_pads (leg->session, "send_rtp_src", leg->protect, "rtp_sink_%u",
      error)
      && link_pads (leg->session, "send_rtcp_src", leg->protect,
      "rtcp_sink_%u", error)
      && link_pads (leg->unprotect, "rtcp_src", leg->session,
      "recv_rtcp_sink", error);
}

static void
configure_transport (WhepLeg * leg, const WhepLegConfig * config,
    GstElement * nicesrc)
{
  g_object_set (nicesrc, "agent", config->agent, "stream", config->stream_id,
      "component", WHEP_ICE_COMPONENT, "do-timestamp", FALSE, NULL);
  g_object_set (leg->dtlsenc, "connection-id", config->id, "is-client",
      !config->offer->dtls_client, NULL);
  g_object_set (leg->dtlsdec, "connection-id", config->id,
      "peer-fingerprint", config->offer->fingerprints, NULL);
  gst_util_set_object_arg (G_OBJECT (leg->dtlsdec), "verify", "required");
  g_object_set (leg->protect, "connection-id", config->id, NULL);
  g_object_set (leg->unprotect, "connection-id", config->id, NULL);
  /* No flight is sent to nowhere: see whep_leg_set_connected(). */
  gst_element_set_locked_state (leg->dtlsenc, TRUE);
}

/* Returns: (transfer full) (nullable): the pad that @element sends by. */
static GstPad *
link_outlet (WhepLeg * leg, GstElement * element, GError ** error)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (element, "src");
  g_autoptr (GstPad) sink = whep_outlet_new_pad (leg->outlet);

  if (gst_pad_link (src, sink) == GST_PAD_LINK_OK)
    return g_steal_pointer (&sink);
  set_link_error (error, element, "src", "outlet", "sink");
  return NULL;
}

/* What carries packets and keys; the RTP side comes with add_session(). */
static gboolean
add_transport (WhepLeg * leg, const WhepLegConfig * config, GError ** error)
{
  static const gchar *const factories[] = {
    "dtlsdec", "dtlsenc", "srtpkeyer", "srtpkeyer", "dtlssrtpdemux",
    "nicesrc", NULL
  };
  GstElement *e[G_N_ELEMENTS (factories)];

  if (!add_all (leg, factories, e, error))
    return FALSE;
  GstElement *demux = e[4], *nicesrc = e[5];
  leg->dtlsdec = e[0];
  leg->dtlsenc = e[1];
  leg->protect = e[2];
  leg->unprotect = e[3];
  configure_transport (leg, config, nicesrc);
  gst_bin_add (GST_BIN (leg->pipeline), config->certgen);
  leg->outlet = whep_outlet_new (config->agent, config->stream_id,
      config->context);

  return link_pads (config->certgen, "src", leg->dtlsdec, "certificate", error)
      && link_pads (nicesrc, "src", demux, "sink", error)
      && link_pads (demux, "dtls_src", leg->dtlsdec, "sink", error)
      && link_pads (demux, "rtp_src", leg->unprotect, "sink", error)
      && (leg->media_pad = link_outlet (leg, leg->protect, error))
      && (leg->dtls_pad = link_outlet (leg, leg->dtlsenc, error));
}

GstElement *
whep_leg_certgen_new (gchar ** fingerprint, GError ** error)
{
  GstElement *certgen = gst_element_factory_make ("dtlscertgen", NULL);

  if (!certgen) {
    check_exists ("dtlscertgen", error);
    return NULL;
  }
  gst_object_ref_sink (certgen);
  g_object_get (certgen, "fingerprint", fingerprint, NULL);
  gst_element_set_locked_state (certgen, TRUE);
  gst_element_set_state (certgen, GST_STATE_READY);
  return certgen;
}

gboolean
whep_leg_init (WhepLeg * leg, const WhepLegConfig * config, GError ** error)
{
  memset (leg, 0, sizeof *leg);
  leg->pipeline = gst_pipeline_new (NULL);
  gst_object_ref_sink (leg->pipeline);
  gst_pipeline_use_clock (GST_PIPELINE (leg->pipeline), config->clock);
  gst_element_set_start_time (leg->pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (leg->pipeline, 0);

  if (!add_transport (leg, config, error)
      || !add_session (leg, config, error)) {
    whep_leg_clear (leg);
    return FALSE;
  }
  return TRUE;
}

void
whep_leg_set_connected (WhepLeg * leg)
{
  gst_element_set_locked_state (leg->dtlsenc, FALSE);
  gst_element_sync_state_with_parent (leg->dtlsenc);
}

static void
clear_pad (GstPad ** pad)
{
  if (*pad)
    gst_pad_set_active (*pad, FALSE);
  gst_clear_object (pad);
}

void
whep_leg_clear (WhepLeg * leg)
{
  if (!leg->pipeline)
    return;
  /* Before all else stops, so that the goodbye gets out. */
  if (leg->dtlsenc) {
    gst_element_set_locked_state (leg->dtlsenc, TRUE);
    gst_element_set_state (leg->dtlsenc, GST_STATE_NULL);
  }
  gst_element_set_state (leg->pipeline, GST_STATE_NULL);
  clear_pad (&leg->media_pad);
  clear_pad (&leg->dtls_pad);
  gst_clear_object (&leg->pipeline);
  g_clear_pointer (&leg->outlet, whep_outlet_free);
}
