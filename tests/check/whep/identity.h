/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A PEM file with a certificate and its key, made by dtlscertgen, for HTTPS.
 */
#ifndef TEST_IDENTITY_H
#define TEST_IDENTITY_H

#include <glib/gstdio.h>
#include <gst/gst.h>

/** Returns: (transfer full): the file's path. */
static inline gchar *
test_identity_new (void)
{
  GError *error = NULL;
  g_autofree gchar *dir = g_dir_make_tmp ("whep-XXXXXX", &error);
  gchar *path = g_build_filename (dir, "identity.pem", NULL);
  GstElement *certgen = gst_element_factory_make ("dtlscertgen", NULL);

  g_assert_no_error (error);
  g_object_set (certgen, "location", path, NULL);
  g_assert_cmpint (gst_element_set_state (certgen, GST_STATE_READY), !=,
      GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (certgen, GST_STATE_NULL);
  gst_object_unref (certgen);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  return path;
}

/** test_identity_free: @path: (transfer full) */
static inline void
test_identity_free (gchar * path)
{
  g_autofree gchar *dir = g_path_get_dirname (path);

  g_remove (path);
  g_rmdir (dir);
  g_free (path);
}

#endif
