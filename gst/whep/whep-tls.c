/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The certificate of the HTTP server.
 */
#include "config.h"

#include "whep-tls.h"

#include <glib/gi18n-lib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Both ends of a handshake with oneself. */
typedef struct
{
  GTlsConnection *ends[2];
  guint done;
  gboolean failed;
} Trial;

static gboolean
accept_any (GTlsConnection * connection, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer unused)
{
  return TRUE;
}

static void
on_handshake (GObject * connection, GAsyncResult * result, gpointer user_data)
{
  Trial *trial = user_data;

  trial->done++;
  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (connection), result,
          NULL))
    return;
  /* The other end would wait for it. */
  trial->failed = TRUE;
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GSocketConnection) base = NULL;

    g_object_get (trial->ends[i], "base-io-stream", &base, NULL);
    g_socket_shutdown (g_socket_connection_get_socket (base), TRUE, TRUE, NULL);
  }
}

static GIOStream *
stream_from_fd (gint fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);

  if (!socket) {
    close (fd);
    return NULL;
  }
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static gboolean
trial_start (Trial * trial, GTlsCertificate * certificate)
{
  g_autoptr (GIOStream) server = NULL;
  g_autoptr (GIOStream) client = NULL;
  gint fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
    return FALSE;
  server = stream_from_fd (fds[0]);
  client = stream_from_fd (fds[1]);
  if (!server || !client)
    return FALSE;
  trial->ends[0] = G_TLS_CONNECTION (g_tls_server_connection_new (server,
          certificate, NULL));
  trial->ends[1] = G_TLS_CONNECTION (g_tls_client_connection_new (client, NULL,
          NULL));
  if (!trial->ends[0] || !trial->ends[1])
    return FALSE;
  g_signal_connect (trial->ends[1], "accept-certificate",
      G_CALLBACK (accept_any), NULL);
  return TRUE;
}

/* GIO tells of a key that does not fit in a handshake only: here is one. */
gboolean
whep_tls_check_key (GTlsCertificate * certificate)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Trial trial = { {NULL, NULL}, 0, FALSE };

  g_main_context_push_thread_default (context);
  if (trial_start (&trial, certificate)) {
    for (guint i = 0; i < 2; i++)
      g_tls_connection_handshake_async (trial.ends[i], G_PRIORITY_DEFAULT,
          NULL, on_handshake, &trial);
    while (trial.done < 2)
      g_main_context_iteration (context, TRUE);
  } else {
    trial.failed = TRUE;
  }
  g_clear_object (&trial.ends[0]);
  g_clear_object (&trial.ends[1]);
  g_main_context_pop_thread_default (context);
  return !trial.failed;
}

gboolean
whep_tls_check_dates (GTlsCertificate * certificate, const gchar * name,
    GDateTime * now, GError ** error)
{
  g_autoptr (GDateTime) from =
      g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) until =
      g_tls_certificate_get_not_valid_after (certificate);
  g_autofree gchar *day = NULL;

  if (until && g_date_time_compare (now, until) > 0) {
    day = g_date_time_format (until, "%F");
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
        _("The TLS certificate %s expired on %s, so browsers refuse it. "
            "Renew it."), name, day);
    return FALSE;
  }
  if (from && g_date_time_compare (now, from) < 0) {
    day = g_date_time_format (from, "%F");
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
        _("The TLS certificate %s is not valid before %s. Is the clock of "
            "this machine right?"), name, day);
    return FALSE;
  }
  return TRUE;
}

GTlsCertificate *
whep_tls_load (const gchar * file, const gchar * key_file, GError ** error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GError) cause = NULL;
  g_autoptr (GTlsCertificate) certificate =
      g_tls_certificate_new_from_files (file, key_file, &cause);

  if (!certificate) {
    g_set_error (error, cause->domain, cause->code,
        _("Cannot read the TLS certificate %s and its key: %s"), file,
        cause->message);
    return NULL;
  }
  if (!whep_tls_check_dates (certificate, file, now, error))
    return NULL;
  if (!whep_tls_check_key (certificate)) {
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
        _("The private key in %s does not belong to the TLS certificate %s."),
        key_file, file);
    return NULL;
  }
  return g_steal_pointer (&certificate);
}
