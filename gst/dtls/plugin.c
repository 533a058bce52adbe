/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Registers the elements of libgstdtls.so, and sends the engine's remarks to
 * a debug category of GStreamer.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "elements.h"
#include "engine/log.h"

GST_DEBUG_CATEGORY_STATIC (engine_debug);
#define GST_CAT_DEFAULT engine_debug

static const GstDebugLevel debug_levels[] = {
  [DTLS_LOG_WARNING] = GST_LEVEL_WARNING,
  [DTLS_LOG_INFO] = GST_LEVEL_INFO,
  [DTLS_LOG_DEBUG] = GST_LEVEL_DEBUG,
  [DTLS_LOG_TRACE] = GST_LEVEL_TRACE,
};

static void
log_engine (DtlsLogLevel level, const gchar * message)
{
  GST_CAT_LEVEL_LOG (engine_debug, debug_levels[level], NULL, "%s", message);
}

#ifdef ENABLE_NLS
/* Where translations are: what the variables of gettext's own tools say of our
 * domain, as in the build tree; otherwise where they are installed. */
static const gchar *
find_catalogs (void)
{
  const gchar *folder = g_getenv ("TEXTDOMAINDIR");
  const gchar *domain = g_getenv ("TEXTDOMAIN");

  return folder && g_strcmp0 (domain, GETTEXT_PACKAGE) == 0 ? folder
      : LOCALEDIR;
}
#endif

static gboolean
plugin_init (GstPlugin * plugin)
{
#ifdef ENABLE_NLS
  bindtextdomain (GETTEXT_PACKAGE, find_catalogs ());
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
#endif
  GST_DEBUG_CATEGORY_INIT (engine_debug, "dtlsengine", 0, "DTLS engine");
  dtls_log_set_func (log_engine);
  GST_ELEMENT_REGISTER (dtlscertgen, plugin);
  GST_ELEMENT_REGISTER (dtlsdec, plugin);
  GST_ELEMENT_REGISTER (dtlsenc, plugin);
  GST_ELEMENT_REGISTER (dtlssrtpdec, plugin);
  GST_ELEMENT_REGISTER (dtlssrtpdemux, plugin);
  GST_ELEMENT_REGISTER (dtlssrtpenc, plugin);
  GST_ELEMENT_REGISTER (srtpkeyer, plugin);
  return TRUE;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, dtls,
    "DTLS and DTLS-SRTP: encryption of media and data between two peers",
    plugin_init, GST_PLUGIN_VERSION, GST_LICENSE, GST_PACKAGE_RELEASE,
    GST_PACKAGE_ORIGIN)
