/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private keys on disk. Their text goes from the file into a box that is
 * wiped, and the other way round, without a stop in between.
 */
#include "config.h"

#include "identity-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/error.h"

#define FILE_SIZE_MAX (1024 * 1024)

static void
set_errno_error (GError ** error, const gchar * path, int saved_errno)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno),
      "%s: %s", path, g_strerror (saved_errno));
}

static void
set_content_error (GError ** error, const gchar * path)
{
  g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM,
      _("%s: not a file with a certificate and a key."), path);
}

static gboolean
read_all (int fd, guint8 * bytes, gsize size)
{
  while (size > 0) {
    gssize done = read (fd, bytes, size);

    if (done == 0)
      errno = EIO;              /* shorter than fstat() said */
    if (done == 0 || (done < 0 && errno != EINTR))
      return FALSE;
    if (done > 0) {
      bytes += done;
      size -= done;
    }
  }
  return TRUE;
}

static gboolean
write_all (int fd, const guint8 * bytes, gsize size)
{
  while (size > 0) {
    gssize done = write (fd, bytes, size);

    if (done < 0 && errno != EINTR)
      return FALSE;
    if (done > 0) {
      bytes += done;
      size -= done;
    }
  }
  return TRUE;
}

/* The file's text, with a closing zero byte. */
static DtlsSecret *
read_text (int fd, const gchar * path, GError ** error)
{
  g_autoptr (DtlsSecret) text = NULL;
  struct stat info;

  if (fstat (fd, &info) < 0) {
    set_errno_error (error, path, errno);
    return NULL;
  }
  if (!S_ISREG (info.st_mode) || info.st_size > FILE_SIZE_MAX) {
    set_content_error (error, path);
    return NULL;
  }
  text = dtls_secret_new (info.st_size + 1);
  if (!read_all (fd, dtls_secret_bytes (text), info.st_size)) {
    set_errno_error (error, path, errno);
    return NULL;
  }
  if (!strstr ((const gchar *) dtls_secret_bytes (text), "-----BEGIN ")) {
    set_content_error (error, path);
    return NULL;
  }
  return g_steal_pointer (&text);
}

DtlsCertificate *
dtls_identity_file_read (const gchar * path, GError ** error)
{
  g_autoptr (DtlsSecret) text = NULL;
  DtlsCertificate *certificate;
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

  if (fd < 0) {
    set_errno_error (error, path, errno);
    return NULL;
  }
  text = read_text (fd, path, error);
  close (fd);
  if (text == NULL)
    return NULL;

  certificate = dtls_certificate_from_pem
      ((const gchar *) dtls_secret_bytes (text), error);
  if (certificate == NULL)
    g_prefix_error (error, "%s: ", path);
  return certificate;
}

static gboolean
write_temporary (const gchar * path, DtlsSecret * text)
{
  int fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  gboolean done;

  if (fd < 0)
    return FALSE;
  done = write_all (fd, dtls_secret_bytes (text), dtls_secret_size (text) - 1)
      && fsync (fd) == 0;
  return close (fd) == 0 && done;
}

gboolean
dtls_identity_file_write (const gchar * path, DtlsCertificate * certificate,
    GError ** error)
{
  g_autofree gchar *temporary =
      g_strdup_printf ("%s.%08x.part", path, g_random_int ());
  g_autoptr (DtlsSecret) text = dtls_certificate_export_pem (certificate);
  gboolean done;

  if (text == NULL) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES,
        _("%s: the private key could not be written as text."), path);
    return FALSE;
  }
  /* link() does not replace a file that is there, as rename() would */
  done = write_temporary (temporary, text) && link (temporary, path) == 0;
  if (!done)
    set_errno_error (error, path, errno);
  g_unlink (temporary);
  return done;
}

DtlsCertificate *
dtls_identity_file_obtain (const gchar * path, DtlsKeyType key_type,
    guint lifetime_days, GError ** error)
{
  g_autoptr (DtlsCertificate) made = NULL;
  g_autoptr (GError) write_error = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return dtls_identity_file_read (path, error);

  made = dtls_certificate_generate (key_type, lifetime_days, error);
  if (made == NULL)
    return NULL;
  if (dtls_identity_file_write (path, made, &write_error))
    return g_steal_pointer (&made);
  if (g_error_matches (write_error, G_FILE_ERROR, G_FILE_ERROR_EXIST))
    return dtls_identity_file_read (path, error);
  g_propagate_error (error, g_steal_pointer (&write_error));
  return NULL;
}
