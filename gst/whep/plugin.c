/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Registers the elements of libgstwhep.so.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "gstwhepsink.h"
#include "gstwhipsink.h"

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
  return GST_ELEMENT_REGISTER (whepsink, plugin)
      && GST_ELEMENT_REGISTER (whipsink, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, whep,
    "Serves and publishes streams over WHEP and WHIP, encrypted with DTLS-SRTP",
    plugin_init, GST_PLUGIN_VERSION, GST_LICENSE, GST_PACKAGE_RELEASE,
    GST_PACKAGE_ORIGIN)
