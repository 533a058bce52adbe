/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements of one viewer's leg. Those of the DTLS plugin are found by
 * name, as any application would.
 */
#include "config.h"

#include "whep-leg.h"

#include <glib/gi18n-lib.h>

#include "whep-ice.h"

/* An RTP packet, before the tag of SRTP and the headers below it. */
#define RTP_MTU 1200
#define RTCP_INTERVAL_NS GST_SECOND

/* As of the elements' enumerations. */
#define RTP_PROFILE_SAVPF 4
#define PICTURE_ID_15_BIT 2

static const gchar *const dtls_factories[] = {
  "dtlscertgen", "dtlsdec", "dtlsenc", "srtpkeyer", "dtlssrtpdemux", NULL
};

static const gchar *const other_factories[] = {
  "appsink", "appsrc", "funnel", "nicesink", "nicesrc", "rtpfunnel",
  "rtprtxsend", "rtpsession", NULL
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

static gboolean
link_pads (GstElement * from, const gchar * src, GstElement * to,
    const gchar * sink, GError ** error)
{
  if (gst_element_link_pads (from, src, to, sink))
    return TRUE;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD,
      "%s.%s cannot be linked to %s.%s", GST_ELEMENT_NAME (from), src,
      GST_ELEMENT_NAME (to), sink);
  return FALSE;
}

static void
set_if_there (GstElement * element, const gchar * property, const gchar * value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), property))
    gst_util_set_object_arg (G_OBJECT (element), property, value);
}

static GstElement *
add_payloader (WhepLeg * leg, const WhepMedia * media, guint32 ssrc,
    GError ** error)
{
  GstElement *payloader = add (leg, media->codec->payloader, error);

  if (!payloader)
    return NULL;
  g_object_set (payloader, "pt", media->payload_type, "ssrc", ssrc, "mtu",
      RTP_MTU, NULL);
  set_if_there (payloader, "picture-id-mode", "15-bit");
  set_if_there (payloader, "config-interval", "-1");
  set_if_there (payloader, "aggregate-mode", "zero-latency");
  return payloader;
}

static GstElement *
add_source (WhepLeg * leg, GError ** error)
{
  GstElement *source = add (leg, "appsrc", error);

  if (source)
    g_object_set (source, "format", GST_FORMAT_TIME, "is-live", TRUE,
        "block", FALSE, "max-bytes", G_GUINT64_CONSTANT (0), NULL);
  return source;
}

static gboolean
add_tracks (WhepLeg * leg, const WhepLegConfig * config, GstElement * funnel,
    GError ** error)
{
  for (guint i = 0; i < config->offer->media->len; i++) {
    const WhepMedia *media = g_ptr_array_index (config->offer->media, i);
    GstElement *source, *payloader;

    if (media->input < 0)
      continue;
    if (!(source = add_source (leg, error))
        || !(payloader = add_payloader (leg, media,
                config->ssrcs[media->input], error))
        || !link_pads (source, "src", payloader, "sink", error)
        || !link_pads (payloader, "src", funnel, "sink_%u", error))
      return FALSE;
    leg->sources[media->input] = source;
    leg->codecs[media->input] = media->codec;
    leg->payload_types[media->input] = media->payload_type;
    leg->rtx_payload_types[media->input] = media->rtx_payload_type;
  }
  return TRUE;
}

/* Which payload types and SSRCs repeat which (RFC 4588). */
static gboolean
read_rtx_maps (const WhepLegConfig * config, GstStructure ** payload_types,
    GstStructure ** ssrcs)
{
  *payload_types = gst_structure_new_empty ("application/x-rtp-pt-map");
  *ssrcs = gst_structure_new_empty ("application/x-rtp-ssrc-map");
  for (guint i = 0; i < config->offer->media->len; i++) {
    const WhepMedia *media = g_ptr_array_index (config->offer->media, i);
    g_autofree gchar *payload_type = NULL;
    g_autofree gchar *ssrc = NULL;

    if (media->input < 0 || media->rtx_payload_type < 0)
      continue;
    payload_type = g_strdup_printf ("%d", media->payload_type);
    ssrc = g_strdup_printf ("%u", config->ssrcs[media->input]);
    gst_structure_set (*payload_types, payload_type, G_TYPE_UINT,
        (guint) media->rtx_payload_type, NULL);
    gst_structure_set (*ssrcs, ssrc, G_TYPE_UINT,
        config->rtx_ssrcs[media->input], NULL);
  }
  return gst_structure_n_fields (*ssrcs) > 0;
}

/* The session asks for what it needs to relate RTP time to clock time. */
static GstCaps *
on_request_pt_map (GstElement * session, guint payload_type, WhepLeg * leg)
{
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    if (leg->codecs[i] && ((guint) leg->payload_types[i] == payload_type
            || leg->rtx_payload_types[i] == (gint) payload_type))
      return gst_caps_new_simple ("application/x-rtp",
          "media", G_TYPE_STRING, leg->codecs[i]->media,
          "clock-rate", G_TYPE_INT, (gint) leg->codecs[i]->clock_rate, NULL);
  }
  return NULL;
}

/* Links the funnel to the session, by way of retransmission if wanted. */
static gboolean
link_session (WhepLeg * leg, const WhepLegConfig * config,
    GstElement * funnel, GError ** error)
{
  GstStructure *payload_types, *ssrcs;
  GstElement *rtx;
  gboolean ok;

  if (!read_rtx_maps (config, &payload_types, &ssrcs)) {
    ok = link_pads (funnel, "src", leg->session, "send_rtp_sink", error);
  } else if ((ok = (rtx = add (leg, "rtprtxsend", error)) != NULL)) {
    g_object_set (rtx, "payload-type-map", payload_types, "ssrc-map", ssrcs,
        "max-size-time", 1000u, "max-size-packets", 0u, NULL);
    ok = link_pads (funnel, "src", rtx, "sink", error)
        && link_pads (rtx, "src", leg->session, "send_rtp_sink", error);
  }
  gst_structure_free (payload_types);
  gst_structure_free (ssrcs);
  return ok;
}

static gboolean
add_session (WhepLeg * leg, const WhepLegConfig * config, GError ** error)
{
  GstElement *funnel = add (leg, "rtpfunnel", error);
  GstStructure *sdes;

  if (!funnel || !(leg->session = add (leg, "rtpsession", error)))
    return FALSE;
  sdes = gst_structure_new ("application/x-rtp-source-sdes",
      "cname", G_TYPE_STRING, config->cname, NULL);
  g_object_set (leg->session, "rtp-profile", RTP_PROFILE_SAVPF, "sdes", sdes,
      "rtcp-min-interval", (guint64) RTCP_INTERVAL_NS, NULL);
  gst_structure_free (sdes);
  g_signal_connect (leg->session, "request-pt-map",
      G_CALLBACK (on_request_pt_map), leg);

  return add_tracks (leg, config, funnel, error)
      && link_session (leg, config, funnel, error)
      && link_pads (leg->session, "send_rtp_src", leg->protect, "rtp_sink_%u",
      error)
      && link_pads (leg->session, "send_rtcp_src", leg->protect,
      "rtcp_sink_%u", error)
      && link_pads (leg->unprotect, "rtcp_src", leg->session,
      "recv_rtcp_sink", error);
}

static void
configure_transport (WhepLeg * leg, const WhepLegConfig * config,
    GstElement * nicesrc, GstElement * nicesink)
{
  g_object_set (nicesrc, "agent", config->agent, "stream", config->stream_id,
      "component", WHEP_ICE_COMPONENT, "do-timestamp", FALSE, NULL);
  g_object_set (nicesink, "agent", config->agent, "stream", config->stream_id,
      "component", WHEP_ICE_COMPONENT, "sync", FALSE, "async", FALSE, NULL);
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

/* What carries packets and keys; the RTP side comes with add_session(). */
static gboolean
add_transport (WhepLeg * leg, const WhepLegConfig * config, GError ** error)
{
  static const gchar *const factories[] = {
    "dtlsdec", "dtlsenc", "srtpkeyer", "srtpkeyer", "dtlssrtpdemux",
    "funnel", "nicesrc", "nicesink", NULL
  };
  GstElement *e[G_N_ELEMENTS (factories)];

  if (!add_all (leg, factories, e, error))
    return FALSE;
  GstElement *demux = e[4], *funnel = e[5];
  GstElement *nicesrc = e[6], *nicesink = e[7];
  leg->dtlsdec = e[0];
  leg->dtlsenc = e[1];
  leg->protect = e[2];
  leg->unprotect = e[3];
  configure_transport (leg, config, nicesrc, nicesink);
  gst_bin_add (GST_BIN (leg->pipeline), config->certgen);

  return link_pads (config->certgen, "src", leg->dtlsdec, "certificate", error)
      && link_pads (nicesrc, "src", demux, "sink", error)
      && link_pads (demux, "dtls_src", leg->dtlsdec, "sink", error)
      && link_pads (demux, "rtp_src", leg->unprotect, "sink", error)
      && link_pads (leg->protect, "src", funnel, "sink_%u", error)
      && link_pads (leg->dtlsenc, "src", funnel, "sink_%u", error)
      && link_pads (funnel, "src", nicesink, "sink", error);
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
  *leg = (WhepLeg) {
  NULL};
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

void
whep_leg_clear (WhepLeg * leg)
{
  if (!leg->pipeline)
    return;
  /* Before the sink stops, so that the goodbye gets out. */
  if (leg->dtlsenc) {
    gst_element_set_locked_state (leg->dtlsenc, TRUE);
    gst_element_set_state (leg->dtlsenc, GST_STATE_NULL);
  }
  gst_element_set_state (leg->pipeline, GST_STATE_NULL);
  gst_clear_object (&leg->pipeline);
}
