/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificate authorities, on GIO.
 */
#include "config.h"

#include "whip-trust.h"

#include <glib/gi18n-lib.h>

/* GIO takes a file without certificates for one that trusts nobody. */
static gboolean
check_file (const gchar * path, GError ** error)
{
  g_autoptr (GError) cause = NULL;
  GList *certificates = g_tls_certificate_list_new_from_file (path, &cause);
  gboolean found = certificates != NULL;

  g_list_free_full (certificates, g_object_unref);
  if (cause)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("The authorities in \"%s\" cannot be read (%s). Set tls-ca-file to a "
            "PEM file with their certificates."), path, cause->message);
  else if (!found)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("There is no certificate in \"%s\". Set tls-ca-file to a PEM file "
            "with those of the authorities."), path);
  return found;
}

GTlsDatabase *
whip_trust_load (const gchar * path, GError ** error)
{
  g_autofree gchar *absolute = g_canonicalize_filename (path, NULL);

  return check_file (absolute, error) ?
      g_tls_file_database_new (absolute, error) : NULL;
}

const gchar *
whip_trust_explain (GTlsCertificateFlags flags, gboolean own)
{
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return _("it is for another name. Check the property location.");
  if (flags & (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED))
    return _("it has expired or is not valid yet. Check the clock, and tell "
        "its operator.");
  if ((flags & G_TLS_CERTIFICATE_UNKNOWN_CA) && own)
    return _("no authority in tls-ca-file has signed it. Add the one that has, "
        "if you trust it.");
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return _("this system does not know who signed it. If you trust that "
        "authority, set tls-ca-file to its certificate.");
  return _("it is forged, too weak or revoked. Tell its operator.");
}
