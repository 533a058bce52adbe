/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the other end says in SDP, read and judged. GstSDP does the parsing and
 * is generous; every value that is used or repeated is checked here.
 */
#include "config.h"

#include "whep-offer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "whep-ice.h"

/* The most that is taken of what a stranger may repeat at will. */
#define MEDIA_MAX 32
/* Each payload type is looked for among all attributes. */
#define FORMATS_MAX 128
#define ATTRIBUTES_MAX 1000
#define CANDIDATES_MAX 64
#define FINGERPRINTS_MAX 8

/* What is answered to, of what browsers offer. */
static const gchar *const feedback_known[] = {
  "nack", "nack pli", "ccm fir", "goog-remb", NULL
};

void
whep_media_free (gpointer data)
{
  WhepMedia *media = data;

  g_free (media->kind);
  g_free (media->proto);
  g_free (media->first_format);
  g_free (media->mid);
  g_free (media->fmtp);
  g_strfreev (media->feedback);
  g_free (media);
}

static WhepOffer *
offer_new (void)
{
  WhepOffer *offer = g_new0 (WhepOffer, 1);

  offer->media = g_ptr_array_new_with_free_func (whep_media_free);
  return offer;
}

void
whep_offer_free (WhepOffer * offer)
{
  g_free (offer->ice_ufrag);
  g_free (offer->ice_pwd);
  g_free (offer->fingerprints);
  g_strfreev (offer->candidates);
  g_ptr_array_unref (offer->media);
  g_free (offer);
}

/* An attribute of the section, or of the session where that has none. */
static const gchar *
attribute (const GstSDPMessage * sdp, const GstSDPMedia * section,
    const gchar * name)
{
  const gchar *value = gst_sdp_media_get_attribute_val (section, name);

  return value ? value : gst_sdp_message_get_attribute_val (sdp, name);
}

static gboolean
has_flag (const GstSDPMedia * section, const gchar * name)
{
  return gst_sdp_media_get_attribute_val (section, name) != NULL;
}

/* What comes back in the answer must be a token (RFC 8866 section 9). */
static gboolean
is_token (const gchar * text)
{
  gsize length = strlen (text);

  return length > 0 && length <= 32 && length == strspn (text,
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "!#$%&'*+-.^_`{|}~");
}

/* RFC 8122 section 5, for the hash functions that may be used. */
static gboolean
is_fingerprint (const gchar * text)
{
  return g_regex_match_simple ("^(sha-256 [0-9a-f]{2}(:[0-9a-f]{2}){31}|"
      "sha-384 [0-9a-f]{2}(:[0-9a-f]{2}){47}|"
      "sha-512 [0-9a-f]{2}(:[0-9a-f]{2}){63})$", text,
      G_REGEX_CASELESS, G_REGEX_MATCH_DEFAULT);
}

static GstSDPMessage *
parse_sdp (const gchar * text, gsize size, GError ** error)
{
  GstSDPMessage *sdp = NULL;

  if (size == 0) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_BAD_REQUEST,
        _("The body is empty. SDP is expected in it."));
    return NULL;
  }
  if (size > WHEP_OFFER_SIZE_MAX) {
    g_set_error (error, WHEP_ERROR, WHEP_ERROR_TOO_LARGE,
        _("The SDP is larger than %d bytes."), WHEP_OFFER_SIZE_MAX);
    return NULL;
  }
  if (size < 4 || memcmp (text, "v=0", 3) != 0
      || !g_utf8_validate_len (text, size, NULL)
      || gst_sdp_message_new (&sdp) != GST_SDP_OK
      || gst_sdp_message_parse_buffer ((const guint8 *) text, size,
          sdp) != GST_SDP_OK || gst_sdp_message_medias_len (sdp) == 0) {
    g_clear_pointer (&sdp, gst_sdp_message_free);
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_BAD_REQUEST,
        _("The body is not SDP."));
  }
  return sdp;
}

static WhepMedia *
media_new (const GstSDPMedia * section)
{
  WhepMedia *media = g_new0 (WhepMedia, 1);
  const gchar *mid = gst_sdp_media_get_attribute_val (section, "mid");
  const gchar *format = gst_sdp_media_formats_len (section) > 0 ?
      gst_sdp_media_get_format (section, 0) : "0";
  const gchar *kind = gst_sdp_media_get_media (section);

  media->kind = g_strdup (kind && is_token (kind) ? kind : "audio");
  media->proto = g_strdup (gst_sdp_media_get_proto (section));
  media->first_format = g_strdup (is_token (format) ? format : "0");
  media->mid = g_strdup (mid && is_token (mid) ? mid : NULL);
  media->input = -1;
  media->payload_type = -1;
  media->rtx_payload_type = -1;
  return media;
}

/* a=rtcp-fb:96 nack pli; the payload type may be "*" (RFC 4585 4.2). */
static gchar **
read_feedback (const GstSDPMedia * section, gint payload_type)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const gchar *value;
  g_autofree gchar *prefix = g_strdup_printf ("%d ", payload_type);
  guint seen = 0;

  for (guint i = 0; (value =
          gst_sdp_media_get_attribute_val_n (section, "rtcp-fb", i)); i++) {
    if (!g_str_has_prefix (value, prefix) && !g_str_has_prefix (value, "* "))
      continue;
    const gchar *kind = strchr (value, ' ') + 1;
    for (guint k = 0; feedback_known[k]; k++) {
      if (g_str_equal (kind, feedback_known[k]) && !(seen & (1u << k))) {
        g_strv_builder_add (builder, kind);
        seen |= 1u << k;
      }
    }
  }
  return g_strv_builder_end (builder);
}

/* Whether the offerer wants to receive, over DTLS-SRTP, on one port. */
static gboolean
section_is_servable (const GstSDPMessage * sdp, const GstSDPMedia * section)
{
  const gchar *proto = gst_sdp_media_get_proto (section);

  return g_strcmp0 (proto, "UDP/TLS/RTP/SAVPF") == 0
      && !has_flag (section, "sendonly") && !has_flag (section, "inactive")
      && has_flag (section, "rtcp-mux")
      && (gst_sdp_media_get_port (section) != 0
      || has_flag (section, "bundle-only"));
}

static gboolean
choose_input (WhepMedia * media, const GstSDPMedia * section,
    const WhepFormat * formats, guint n_formats, guint64 * taken)
{
  for (guint i = 0; i < n_formats; i++) {
    const WhepCodec *codec = formats[i].codec;

    if (!codec || (*taken & (G_GUINT64_CONSTANT (1) << i))
        || !g_str_equal (codec->media, media->kind))
      continue;
    media->payload_type =
        whep_format_find_payload_type (&formats[i], section, &media->fmtp);
    if (media->payload_type < 0)
      continue;
    media->input = i;
    media->codec = codec;
    media->rtx_payload_type =
        whep_format_find_rtx (section, media->payload_type);
    media->feedback = read_feedback (section, media->payload_type);
    *taken |= G_GUINT64_CONSTANT (1) << i;
    return TRUE;
  }
  return FALSE;
}

/* Whether both tags are in one a=group:BUNDLE line (RFC 9143). */
static gboolean
are_bundled (const GstSDPMessage * sdp, const gchar * a, const gchar * b)
{
  const gchar *group;
  gboolean found = FALSE;

  for (guint i = 0; !found && a && b && (group =
          gst_sdp_message_get_attribute_val_n (sdp, "group", i)); i++) {
    gchar **words = g_strsplit (group, " ", MEDIA_MAX + 2);

    found = g_strcmp0 (words[0], "BUNDLE") == 0
        && g_strv_contains ((const gchar * const *) words + 1, a)
        && g_strv_contains ((const gchar * const *) words + 1, b);
    g_strfreev (words);
  }
  return found;
}

/* Returns: the section whose transport all accepted ones share. */
static const GstSDPMedia *
read_media (WhepOffer * offer, const GstSDPMessage * sdp,
    const WhepFormat * formats, guint n_formats)
{
  const GstSDPMedia *first = NULL;
  const gchar *first_mid = NULL;
  guint64 taken = 0;

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    const GstSDPMedia *section = gst_sdp_message_get_media (sdp, i);
    WhepMedia *media = media_new (section);

    g_ptr_array_add (offer->media, media);
    if (!section_is_servable (sdp, section)
        || (first && !are_bundled (sdp, first_mid, media->mid))
        || !choose_input (media, section, formats, n_formats, &taken))
      continue;
    if (!first) {
      first = section;
      first_mid = media->mid;
    }
  }
  return first;
}

static gboolean
read_ice (WhepOffer * offer, const GstSDPMessage * sdp,
    const GstSDPMedia * section, GError ** error)
{
  g_autoptr (GStrvBuilder) candidates = g_strv_builder_new ();
  const gchar *ufrag = attribute (sdp, section, "ice-ufrag");
  const gchar *pwd = attribute (sdp, section, "ice-pwd");
  const gchar *value;

  if (!whep_ice_check_credentials (ufrag, pwd)) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE,
        _("The SDP has no usable a=ice-ufrag and a=ice-pwd."));
    return FALSE;
  }
  offer->ice_ufrag = g_strdup (ufrag);
  offer->ice_pwd = g_strdup (pwd);
  for (guint i = 0; i < CANDIDATES_MAX && (value =
          gst_sdp_media_get_attribute_val_n (section, "candidate", i)); i++) {
    g_autofree gchar *line = g_strconcat ("candidate:", value, NULL);

    g_strv_builder_add (candidates, line);
  }
  offer->candidates = g_strv_builder_end (candidates);
  return TRUE;
}

static const gchar *
nth_fingerprint (const GstSDPMessage * sdp, const GstSDPMedia * section,
    guint n)
{
  if (has_flag (section, "fingerprint"))
    return gst_sdp_media_get_attribute_val_n (section, "fingerprint", n);
  return gst_sdp_message_get_attribute_val_n (sdp, "fingerprint", n);
}

static gboolean
read_dtls (WhepOffer * offer, const GstSDPMessage * sdp,
    const GstSDPMedia * section, GError ** error)
{
  g_autoptr (GString) fingerprints = g_string_new (NULL);
  const gchar *setup = attribute (sdp, section, "setup");
  const gchar *value;

  for (guint i = 0; i < FINGERPRINTS_MAX
      && (value = nth_fingerprint (sdp, section, i)); i++) {
    if (is_fingerprint (value))
      g_string_append_printf (fingerprints, "%s%s",
          fingerprints->len > 0 ? ", " : "", value);
  }
  if (fingerprints->len == 0) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE,
        _("The SDP has no a=fingerprint with sha-256, sha-384 or sha-512. "
            "Without one nothing can be sent, because nobody could tell who "
            "receives it."));
    return FALSE;
  }
  offer->fingerprints = g_string_free (g_steal_pointer (&fingerprints), FALSE);
  offer->dtls_client = g_strcmp0 (setup, "passive") != 0;
  return TRUE;
}

static gboolean
check_sizes (const GstSDPMessage * sdp, GError ** error)
{
  if (gst_sdp_message_medias_len (sdp) > MEDIA_MAX) {
    g_set_error (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE,
        _("The offer has more than %d media sections."), MEDIA_MAX);
    return FALSE;
  }
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    const GstSDPMedia *section = gst_sdp_message_get_media (sdp, i);

    if (gst_sdp_media_formats_len (section) > FORMATS_MAX
        || gst_sdp_media_attributes_len (section) > ATTRIBUTES_MAX) {
      g_set_error (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE,
          _("A media section of the offer has more than %d formats or "
              "%d attributes."), FORMATS_MAX, ATTRIBUTES_MAX);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
has_servable_section (const GstSDPMessage * sdp)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    if (section_is_servable (sdp, gst_sdp_message_get_media (sdp, i)))
      return TRUE;
  }
  return FALSE;
}

/* Why no section carries anything, in the words that help most. */
static void
set_nothing_error (const GstSDPMessage * sdp, const WhepFormat * formats,
    guint n_formats, GError ** error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  if (!has_servable_section (sdp)) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE,
        _("No section of the offer receives with UDP/TLS/RTP/SAVPF and "
            "a=rtcp-mux."));
    return;
  }
  for (guint i = 0; i < n_formats; i++) {
    if (formats[i].codec)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "",
          formats[i].codec->encoding);
  }
  if (names->len == 0)
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_UNAVAILABLE,
        _("The stream has not started yet. Try again in a moment."));
  else
    /* Translators: %s is a list of codecs such as "VP8, opus". */
    g_set_error (error, WHEP_ERROR, WHEP_ERROR_NOT_ACCEPTABLE,
        _("The offer has no payload type for this stream, which is %s."),
        names->str);
}

/* Answers */

static gboolean
has_format (const GstSDPMedia * section, gint payload_type)
{
  g_autofree gchar *text = g_strdup_printf ("%d", payload_type);

  for (guint i = 0; i < gst_sdp_media_formats_len (section); i++) {
    if (g_strcmp0 (gst_sdp_media_get_format (section, i), text) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Of what was offered in the section at this place, what is taken. */
static void
accept_media (WhepMedia * media, const WhepMedia * offered,
    const GstSDPMessage * sdp, const GstSDPMedia * section)
{
  if (!section_is_servable (sdp, section)
      || !g_str_equal (media->kind, offered->kind)
      || !has_format (section, offered->payload_type))
    return;
  media->input = offered->input;
  media->codec = offered->codec;
  media->payload_type = offered->payload_type;
  if (offered->rtx_payload_type >= 0
      && has_format (section, offered->rtx_payload_type))
    media->rtx_payload_type = offered->rtx_payload_type;
}

/* Returns: as read_media(). */
static const GstSDPMedia *
read_answered_media (WhepOffer * answer, const GstSDPMessage * sdp,
    const GPtrArray * offered)
{
  const GstSDPMedia *first = NULL;
  const gchar *first_mid = NULL;

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    const GstSDPMedia *section = gst_sdp_message_get_media (sdp, i);
    WhepMedia *media = media_new (section);

    g_ptr_array_add (answer->media, media);
    if (first && !are_bundled (sdp, first_mid, media->mid))
      continue;
    accept_media (media, g_ptr_array_index (offered, i), sdp, section);
    if (!first && media->input >= 0) {
      first = section;
      first_mid = media->mid;
    }
  }
  return first;
}

static gboolean
read_answer (WhepOffer * answer, const GstSDPMessage * sdp,
    const GPtrArray * offered, GError ** error)
{
  const GstSDPMedia *transport;

  if (gst_sdp_message_medias_len (sdp) != offered->len) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE,
        _("The answer does not have the sections of the offer."));
    return FALSE;
  }
  transport = read_answered_media (answer, sdp, offered);
  if (!transport) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_NOT_ACCEPTABLE,
        _("The answer takes none of the streams. Try another codec."));
    return FALSE;
  }
  return read_ice (answer, sdp, transport, error)
      && read_dtls (answer, sdp, transport, error);
}

WhepOffer *
whep_offer_parse_answer (const gchar * text, gsize size,
    const GPtrArray * offered, GError ** error)
{
  GstSDPMessage *sdp = parse_sdp (text, size, error);
  WhepOffer *answer;

  if (!sdp)
    return NULL;
  answer = offer_new ();
  if (!read_answer (answer, sdp, offered, error))
    g_clear_pointer (&answer, whep_offer_free);
  gst_sdp_message_free (sdp);
  return answer;
}

/* Offers */

static gboolean
read_offer (WhepOffer * offer, const GstSDPMessage * sdp,
    const WhepFormat * formats, guint n_formats, GError ** error)
{
  const GstSDPMedia *transport;

  if (!check_sizes (sdp, error))
    return FALSE;
  transport = read_media (offer, sdp, formats, MIN (n_formats, 64));
  if (!transport) {
    set_nothing_error (sdp, formats, n_formats, error);
    return FALSE;
  }
  return read_ice (offer, sdp, transport, error)
      && read_dtls (offer, sdp, transport, error);
}

WhepOffer *
whep_offer_parse (const gchar * text, gsize size, const WhepFormat * formats,
    guint n_formats, GError ** error)
{
  GstSDPMessage *sdp = parse_sdp (text, size, error);
  WhepOffer *offer;

  if (!sdp)
    return NULL;
  offer = offer_new ();
  if (!read_offer (offer, sdp, formats, n_formats, error))
    g_clear_pointer (&offer, whep_offer_free);
  gst_sdp_message_free (sdp);
  return offer;
}
