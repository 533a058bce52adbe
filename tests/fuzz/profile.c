/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A list of SRTP protection profiles as a property takes it.
 */
#include "config.h"

#include "engine/profile.h"
#include "targets.h"

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_autoptr (GError) error = NULL;
  DtlsProfiles profiles, again;

  if (dtls_profiles_parse (text, &profiles, &error)) {
    g_autofree gchar *canonical = dtls_profiles_to_string (&profiles);

    g_assert_true (dtls_profiles_parse (canonical, &again, NULL));
    g_assert_cmpuint (profiles.count, ==, again.count);
  } else {
    g_assert_nonnull (error);
  }
  return 0;
}
