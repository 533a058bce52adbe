/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of whepsink, as tables: texts, numbers and flags.
 */
#include "config.h"

#include "whep-settings.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  gsize offset;
  GParamFlags access;
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
  const gchar *value;
} TextSetting;

typedef struct
{
  gsize offset;
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
  guint min;
  guint max;
  guint value;
} NumberSetting;

typedef struct
{
  gsize offset;
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
} FlagSetting;

#define FIELD(name) G_STRUCT_OFFSET (WhepSettings, name)

/* What is secret can be written, not read. */
static const TextSetting texts[] = {
  {FIELD (address), G_PARAM_READWRITE, "address", N_("Address"),
      N_("IP address that the HTTP server listens at: 127.0.0.1 for this "
            "machine alone, 0.0.0.0 or :: for everybody"), "127.0.0.1"},
  {FIELD (path), G_PARAM_READWRITE, "path", N_("Path"),
      N_("Path of the WHEP endpoint"), "/whep"},
  {FIELD (stun_server), G_PARAM_READWRITE, "stun-server", N_("STUN server"),
      N_("For viewers behind address translation: stun://HOST:PORT"), NULL},
  {FIELD (turn_server), G_PARAM_WRITABLE, "turn-server", N_("TURN server"),
      N_("Relay of last resort: turn://USER:PASSWORD@HOST:PORT, turns:// "
            "for TLS, with ?transport=tcp for TCP"), NULL},
  {FIELD (allowed_origins), G_PARAM_READWRITE, "allowed-origins",
        N_("Allowed origins"),
      N_("Other web sites whose pages may play the stream, such as "
            "https://example.org, separated by commas; * for all. Without "
            "it, only the page of this server may"), NULL},
  {FIELD (token), G_PARAM_WRITABLE, "token", N_("Token"),
      N_("What viewers must bear to be served; give it to the page as "
            "#token=…"), NULL},
  {FIELD (tls_certificate), G_PARAM_READWRITE, "tls-certificate",
        N_("TLS certificate"),
        N_("PEM file with the certificate of the HTTP server, for HTTPS"),
      NULL},
  {FIELD (tls_key), G_PARAM_READWRITE, "tls-key", N_("TLS key"),
      N_("PEM file with the private key to it; the certificate's file if "
            "not set"), NULL},
};

static const NumberSetting numbers[] = {
  {FIELD (port), "port", N_("Port"),
      N_("TCP port of the HTTP server; 0 takes a free one, which can be "
            "read here from READY on"), 0, 65535, 8080},
  {FIELD (max_viewers), "max-viewers", N_("Most viewers"),
        N_("How many viewers are served at a time, 0 for any number"), 0,
      G_MAXUINT, 64},
  {FIELD (offers_per_minute), "offers-per-minute", N_("Offers per minute"),
        N_("How many offers are looked at in a minute, 0 for any number"), 0,
      G_MAXUINT, 0},
  {FIELD (connect_timeout_ms), "connect-timeout", N_("Connect timeout"),
      N_("Milliseconds that a viewer may take from its offer until it is "
            "connected"), 1, G_MAXUINT, 20000},
};

/* All are off by default. */
static const FlagSetting flags[] = {
  {FIELD (ice_tcp), "ice-tcp", N_("ICE over TCP"),
      N_("Take viewers over TCP as well (RFC 6544), for those whose network "
            "lets no UDP through; each gets a TCP port of its own")},
  {FIELD (share_turn_server), "share-turn-server", N_("Share the TURN server"),
      N_("Tell viewers of turn-server too, with its user and password, for "
            "those that can reach nothing else. Whoever may view gets them")},
};

static gchar **
text_field (const WhepSettings * self, guint i)
{
  return G_STRUCT_MEMBER_P (self, texts[i].offset);
}

static guint *
number_field (const WhepSettings * self, guint i)
{
  return G_STRUCT_MEMBER_P (self, numbers[i].offset);
}

static gboolean *
flag_field (const WhepSettings * self, guint i)
{
  return G_STRUCT_MEMBER_P (self, flags[i].offset);
}

guint
whep_settings_count (void)
{
  return G_N_ELEMENTS (texts) + G_N_ELEMENTS (numbers) + G_N_ELEMENTS (flags);
}

guint
whep_settings_port_index (void)
{
  return G_N_ELEMENTS (texts);
}

guint
whep_settings_install (GObjectClass * klass, guint id)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_object_class_install_property (klass, id++,
        g_param_spec_string (texts[i].name, _(texts[i].nick),
            _(texts[i].blurb), texts[i].value,
            texts[i].access | G_PARAM_STATIC_STRINGS));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_object_class_install_property (klass, id++,
        g_param_spec_uint (numbers[i].name, _(numbers[i].nick),
            _(numbers[i].blurb), numbers[i].min, numbers[i].max,
            numbers[i].value, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    g_object_class_install_property (klass, id++,
        g_param_spec_boolean (flags[i].name, _(flags[i].nick),
            _(flags[i].blurb), FALSE,
            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  return id;
}

void
whep_settings_init (WhepSettings * self)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *text_field (self, i) = g_strdup (texts[i].value);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    *number_field (self, i) = numbers[i].value;
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    *flag_field (self, i) = FALSE;
}

void
whep_settings_clear (WhepSettings * self)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (text_field (self, i), g_free);
}

void
whep_settings_copy (const WhepSettings * self, WhepSettings * to)
{
  *to = *self;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *text_field (to, i) = g_strdup (*text_field (self, i));
}

/* Which table a property's index leads to; @index is within it then. */
typedef enum
{
  TEXT,
  NUMBER,
  FLAG,
} Table;

static Table
find_table (guint * index)
{
  if (*index < G_N_ELEMENTS (texts))
    return TEXT;
  *index -= G_N_ELEMENTS (texts);
  if (*index < G_N_ELEMENTS (numbers))
    return NUMBER;
  *index -= G_N_ELEMENTS (numbers);
  return FLAG;
}

/* An empty text is none. */
static void
set_text (gchar ** field, const gchar * text)
{
  g_free (*field);
  *field = text && *text ? g_strdup (text) : NULL;
}

void
whep_settings_set (WhepSettings * self, guint index, const GValue * value)
{
  Table table = find_table (&index);

  if (table == TEXT)
    set_text (text_field (self, index), g_value_get_string (value));
  else if (table == NUMBER)
    *number_field (self, index) = g_value_get_uint (value);
  else
    *flag_field (self, index) = g_value_get_boolean (value);
}

void
whep_settings_get (const WhepSettings * self, guint index, GValue * value)
{
  Table table = find_table (&index);

  if (table == TEXT)
    g_value_set_string (value, *text_field (self, index));
  else if (table == NUMBER)
    g_value_set_uint (value, *number_field (self, index));
  else
    g_value_set_boolean (value, *flag_field (self, index));
}
