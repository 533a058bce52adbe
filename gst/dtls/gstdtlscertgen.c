/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The element that owns a certificate source and brings it to those who need
 * it: to all of its pipeline by a GstContext, or over its pad to one.
 *
 * No lock: the settings and the source have theirs.
 */

/**
 * SECTION:element-dtlscertgen
 * @title: dtlscertgen
 * @short_description: makes the certificate that DTLS elements show
 *
 * Anywhere in a pipeline, it supplies all DTLS elements in it that have no
 * certificate of their own; of two such elements the last one to leave NULL
 * counts. Linked to the request pad `certificate` of a dtlsdec before it
 * leaves NULL, it supplies that association alone.
 *
 * Its pad gives the certificate as PEM text, once, and then EOS. The private
 * key never leaves by a pad, a property or a message; #dtlscertgen:location
 * names a file to keep it in.
 *
 * |[
 *   dtlscertgen ──src──► filesink            the public certificate
 *   dtlscertgen ──src──► dtlsdec.certificate serves this association
 *   dtlscertgen                              serves the whole pipeline
 * ]|
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 -m dtlscertgen ! filesink location=certificate.pem
 * ]| Writes a new public certificate to a file and prints its fingerprint.
 *
 * Each new certificate is announced by an element message `dtls-certificate`
 * with the fields `fingerprint` (string, the value for an a=fingerprint line)
 * and `not-after` (#GstDateTime, when it expires).
 *
 * Since: 1.0
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "certgen-settings.h"
#include "element-pads.h"
#include "elements.h"
#include "enums.h"

#include <string.h>

GST_DEBUG_CATEGORY_STATIC (dtls_cert_gen_debug);
#define GST_CAT_DEFAULT dtls_cert_gen_debug

#define LIFETIME_MAX_DAYS 3650
#define MESSAGE_NAME "dtls-certificate"

#define DTLS_TYPE_CERT_GEN (dtls_cert_gen_get_type ())
G_DECLARE_FINAL_TYPE (DtlsCertGen, dtls_cert_gen, DTLS, CERT_GEN, GstElement);

struct _DtlsCertGen
{
  GstElement parent;

  GstPad *src;
  DtlsCertGenSettings *settings;
  DtlsCertificateSource *source;        /* of the settings */
};

enum
{
  PROP_0,
  PROP_KEY_TYPE,
  PROP_LIFETIME,
  PROP_SCOPE,
  PROP_PEM,
  PROP_LOCATION,
  PROP_FINGERPRINT,
  PROP_NOT_AFTER,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (DTLS_CERTIFICATE_CAPS));

G_DEFINE_TYPE_WITH_CODE (DtlsCertGen, dtls_cert_gen, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (dtls_cert_gen_debug, "dtlscertgen", 0,
        "DTLS certificates"));
GST_ELEMENT_REGISTER_DEFINE (dtlscertgen, "dtlscertgen", GST_RANK_NONE,
    DTLS_TYPE_CERT_GEN);

static DtlsCertificate *
get_certificate_or_log (DtlsCertGen * self)
{
  g_autoptr (GError) error = NULL;
  DtlsCertificate *certificate =
      dtls_certgen_settings_get_certificate (self->settings, &error);

  if (error)
    GST_WARNING_OBJECT (self, "no certificate: %s", error->message);
  return certificate;
}

/* ----- telling about it ----- */

static GstDateTime *
get_not_after (DtlsCertificate * certificate)
{
  return gst_date_time_new_from_unix_epoch_utc
      (dtls_certificate_get_not_after_s (certificate));
}

static void
post_certificate (DtlsCertGen * self, DtlsCertificate * certificate)
{
  g_autofree gchar *fingerprint =
      dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256);
  g_autoptr (GstDateTime) not_after = get_not_after (certificate);
  GstStructure *structure = gst_structure_new (MESSAGE_NAME,
      "fingerprint", G_TYPE_STRING, fingerprint,
      "not-after", GST_TYPE_DATE_TIME, not_after, NULL);

  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
}

/* The source may outlive the element, in the hands of those it serves. */
static void
on_source_changed (DtlsCertificateSource * source,
    DtlsCertificate * certificate, gpointer user_data)
{
  g_autoptr (DtlsCertGen) self = g_weak_ref_get (user_data);

  if (self == NULL)
    return;
  if (certificate)
    post_certificate (self, certificate);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PEM]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FINGERPRINT]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NOT_AFTER]);
}

static void
free_weak_ref (gpointer data, GClosure * closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
watch_source (DtlsCertGen * self)
{
  GWeakRef *weak = g_new (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  g_signal_connect_data (self->source, "changed",
      G_CALLBACK (on_source_changed), weak, free_weak_ref, 0);
}

/* ----- sharing it ----- */

/* Whether the src pad leads to a request pad `certificate`, possibly through
 * the ghost pads of bins. */
static gboolean
serves_one_association (DtlsCertGen * self)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (self->src);
  g_autoptr (GstPadTemplate) template = NULL;

  while (peer && GST_IS_GHOST_PAD (peer)) {
    GstPad *target = gst_ghost_pad_get_target (GST_GHOST_PAD (peer));

    gst_object_unref (peer);
    peer = target;
  }
  template = peer ? gst_pad_get_pad_template (peer) : NULL;
  return template && GST_PAD_TEMPLATE_PRESENCE (template) == GST_PAD_REQUEST
      && g_str_equal (GST_PAD_TEMPLATE_NAME_TEMPLATE (template), "certificate");
}

static void
share_with_pipeline (DtlsCertGen * self)
{
  g_autoptr (GstContext) context =
      dtls_certificate_source_to_context (self->source);

  gst_element_set_context (GST_ELEMENT (self), context);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_have_context (GST_OBJECT (self),
          gst_context_ref (context)));
}

static gboolean
src_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  DtlsCertGen *self = DTLS_CERT_GEN (parent);
  g_autoptr (GstContext) context = NULL;
  const gchar *type;

  if (GST_QUERY_TYPE (query) != GST_QUERY_CONTEXT
      || !gst_query_parse_context_type (query, &type)
      || !g_str_equal (type, DTLS_CERTIFICATE_CONTEXT_TYPE))
    return gst_pad_query_default (pad, parent, query);

  /* the source knows when it failed */
  dtls_certgen_settings_prepare_source (self->settings, NULL);
  context = dtls_certificate_source_to_context (self->source);
  gst_query_set_context (query, context);
  return TRUE;
}

/* ----- the certificate as a stream ----- */

static void
push_start (DtlsCertGen * self)
{
  g_autofree gchar *id = gst_pad_create_stream_id (self->src,
      GST_ELEMENT (self), NULL);
  g_autoptr (GstCaps) caps = gst_pad_get_pad_template_caps (self->src);
  GstSegment segment;

  gst_pad_push_event (self->src, gst_event_new_stream_start (id));
  gst_pad_push_event (self->src, gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_push_event (self->src, gst_event_new_segment (&segment));
}

static GstFlowReturn
push_pem (DtlsCertGen * self)
{
  g_autoptr (DtlsCertificate) certificate = get_certificate_or_log (self);
  const gchar *pem;

  if (certificate == NULL)
    return GST_FLOW_OK;
  pem = dtls_certificate_get_pem (certificate);
  return gst_pad_push (self->src, gst_buffer_new_memdup (pem, strlen (pem)));
}

static void
stream_once (gpointer user_data)
{
  DtlsCertGen *self = user_data;
  GstFlowReturn flow;

  push_start (self);
  flow = push_pem (self);
  if (flow == GST_FLOW_OK)
    gst_pad_push_event (self->src, gst_event_new_eos ());
  else if (flow < GST_FLOW_EOS)
    GST_ELEMENT_FLOW_ERROR (self, flow);
  gst_pad_pause_task (self->src);
}

/* Without a peer there is nothing to do, and nothing to complain about. */
static gboolean
src_activate_mode (GstPad * pad, GstObject * parent, GstPadMode mode,
    gboolean active)
{
  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (!active)
    return gst_pad_stop_task (pad);
  if (!gst_pad_is_linked (pad))
    return TRUE;
  return gst_pad_start_task (pad, stream_once, parent, NULL);
}

/* ----- element ----- */

static gboolean
make_ready (DtlsCertGen * self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsCertificate) certificate =
      dtls_certgen_settings_get_certificate (self->settings, &error);

  if (error) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", error->message), (NULL));
    return FALSE;
  }
  if (!serves_one_association (self))
    share_with_pipeline (self);
  return TRUE;
}

static GstStateChangeReturn
dtls_cert_gen_change_state (GstElement * element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !make_ready (DTLS_CERT_GEN (element)))
    return GST_STATE_CHANGE_FAILURE;

  return GST_ELEMENT_CLASS (dtls_cert_gen_parent_class)->change_state (element,
      transition);
}

/* In use, a bad text changes nothing; before, it is remembered for the state
 * change, which can fail and say so. */
static void
set_pem (DtlsCertGen * self, const gchar * pem)
{
  g_autoptr (GError) error = NULL;

  if (dtls_certgen_settings_set_pem (self->settings, pem,
          GST_STATE (self) > GST_STATE_NULL, &error))
    return;
  GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS, ("%s", error->message), (NULL));
}

static void
dtls_cert_gen_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  DtlsCertGen *self = DTLS_CERT_GEN (object);

  switch (id) {
    case PROP_KEY_TYPE:
      dtls_certgen_settings_set_key_type (self->settings,
          g_value_get_enum (value));
      break;
    case PROP_LIFETIME:
      dtls_certgen_settings_set_lifetime (self->settings,
          g_value_get_uint (value));
      break;
    case PROP_SCOPE:
      dtls_certgen_settings_set_scope (self->settings,
          g_value_get_enum (value));
      break;
    case PROP_PEM:
      set_pem (self, g_value_get_string (value));
      break;
    case PROP_LOCATION:
      dtls_certgen_settings_set_location (self->settings,
          g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
get_setting (DtlsCertGen * self, guint id, GValue * value)
{
  DtlsCertGenRecipe recipe;

  dtls_certgen_settings_get_recipe (self->settings, &recipe);
  if (id == PROP_KEY_TYPE)
    g_value_set_enum (value, recipe.key_type);
  else if (id == PROP_LIFETIME)
    g_value_set_uint (value, recipe.lifetime_days);
  else if (id == PROP_SCOPE)
    g_value_set_enum (value, recipe.scope);
  else
    g_value_take_string (value,
        dtls_certgen_settings_dup_location (self->settings));
}

static void
get_of_certificate (DtlsCertGen * self, guint id, GValue * value)
{
  g_autoptr (DtlsCertificate) certificate = get_certificate_or_log (self);

  if (certificate == NULL)
    return;
  if (id == PROP_PEM)
    g_value_set_string (value, dtls_certificate_get_pem (certificate));
  else if (id == PROP_FINGERPRINT)
    g_value_take_string (value,
        dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256));
  else if (id == PROP_NOT_AFTER)
    g_value_take_boxed (value, get_not_after (certificate));
}

static void
dtls_cert_gen_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  switch (id) {
    case PROP_KEY_TYPE:
    case PROP_LIFETIME:
    case PROP_SCOPE:
    case PROP_LOCATION:
      get_setting (DTLS_CERT_GEN (object), id, value);
      break;
    case PROP_PEM:
    case PROP_FINGERPRINT:
    case PROP_NOT_AFTER:
      get_of_certificate (DTLS_CERT_GEN (object), id, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
dtls_cert_gen_finalize (GObject * object)
{
  DtlsCertGen *self = DTLS_CERT_GEN (object);

  dtls_certgen_settings_free (self->settings);
  G_OBJECT_CLASS (dtls_cert_gen_parent_class)->finalize (object);
}

static void
install_settings (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_PLAYING;

  /**
   * DtlsCertGen:key-type:
   *
   * For certificates made from now on.
   *
   * Since: 1.0
   */
  props[PROP_KEY_TYPE] = g_param_spec_enum ("key-type", _("Key type"),
      _("What kind of key to make. Browsers make and take ecdsa-p256"),
      DTLS_TYPE_KEY_TYPE, DTLS_KEY_TYPE_ECDSA_P256, flags);

  /**
   * DtlsCertGen:lifetime:
   *
   * In days from now, and from one day back for peers whose clock is slow.
   * A certificate that serves several associations is replaced, for those
   * that start later, at half of it.
   *
   * Since: 1.0
   */
  props[PROP_LIFETIME] = g_param_spec_uint ("lifetime", _("Lifetime"),
      _("How many days a certificate is valid. One that serves several "
          "associations is replaced at half of it, for new ones"),
      1, LIFETIME_MAX_DAYS, DTLS_CERTIFICATE_LIFETIME_DAYS, flags);

  /**
   * DtlsCertGen:scope:
   *
   * Without a meaning where #DtlsCertGen:pem or #DtlsCertGen:location gives
   * the certificate.
   *
   * Since: 1.0
   */
  props[PROP_SCOPE] = g_param_spec_enum ("scope", _("Scope"),
      _("Whether all associations show one certificate, or each a fresh one"),
      DTLS_TYPE_CERTIFICATE_SCOPE, DTLS_CERTIFICATE_SCOPE_PIPELINE, flags);

  /**
   * DtlsCertGen:pem:
   *
   * A certificate, its chain if there is one, and its private key, not
   * encrypted. Reads as exactly one certificate, and never as a key.
   *
   * Since: 1.0
   */
  props[PROP_PEM] = g_param_spec_string ("pem", _("PEM"),
      _("Write: your own certificate and its private key as PEM text, in "
          "place of a made one. Read: the certificate alone, never the key"),
      NULL, flags);
}

static void
install_properties (GObjectClass * class)
{
  const GParamFlags read_only = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  install_settings ();

  /**
   * DtlsCertGen:location:
   *
   * The file is made with mode 0600 and never changed again, also not when
   * the certificate in it has expired: whoever pinned it goes by its
   * fingerprint. Remove it to get another.
   *
   * Since: 1.0
   */
  props[PROP_LOCATION] = g_param_spec_string ("location", _("Location"),
      _("A file that keeps certificate and private key, so that a peer can "
          "pin the fingerprint. Read when it is there, otherwise made for "
          "its owner alone"), NULL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * DtlsCertGen:fingerprint:
   *
   * Such as "sha-256 AB:CD:…" (RFC 8122 section 5).
   *
   * Since: 1.0
   */
  props[PROP_FINGERPRINT] = g_param_spec_string ("fingerprint",
      _("Fingerprint"),
      _("Of the present certificate, as the value of an a=fingerprint line in "
          "SDP; with scope=association, of the latest"), NULL, read_only);

  /**
   * DtlsCertGen:not-after:
   *
   * Since: 1.0
   */
  props[PROP_NOT_AFTER] = g_param_spec_boxed ("not-after", _("Not after"),
      _("When the present certificate expires"), GST_TYPE_DATE_TIME, read_only);
  g_object_class_install_properties (class, N_PROPS, props);
}

static void
dtls_cert_gen_class_init (DtlsCertGenClass * class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);

  object_class->set_property = dtls_cert_gen_set_property;
  object_class->get_property = dtls_cert_gen_get_property;
  object_class->finalize = dtls_cert_gen_finalize;
  install_properties (object_class);

  element_class->change_state = GST_DEBUG_FUNCPTR (dtls_cert_gen_change_state);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      _("DTLS certificate generator"), "Source/Network/DTLS",
      _("Makes the certificate that the DTLS elements of a pipeline show"),
      GST_PACKAGE_NAME);
}

static void
dtls_cert_gen_init (DtlsCertGen * self)
{
  self->settings = dtls_certgen_settings_new ();
  self->source = dtls_certgen_settings_get_source (self->settings);
  watch_source (self);

  self->src = dtls_element_add_pad (GST_ELEMENT (self), &src_template);
  gst_pad_set_query_function (self->src, GST_DEBUG_FUNCPTR (src_query));
  gst_pad_set_activatemode_function (self->src,
      GST_DEBUG_FUNCPTR (src_activate_mode));
}
