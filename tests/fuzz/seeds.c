/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes a first corpus, made from a handshake and from lawful texts:
 *
 *   fuzz-seeds FOLDER
 *
 * makes FOLDER/<target>/seed-<number> for the targets of engine and srtp.
 */
#include "config.h"

#include "seeds.h"

#include <errno.h>
#include <string.h>
#include <glib/gstdio.h>

#include "virtual-network.h"

static const gchar *folder;

void
seeds_write (const gchar * target, gconstpointer data, gsize size)
{
  static guint number;
  g_autofree gchar *dir = g_build_filename (folder, target, NULL);
  g_autofree gchar *name = g_strdup_printf ("seed-%03u", number++);
  g_autofree gchar *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (dir, 0755) < 0)
    g_error ("%s: %s", dir, g_strerror (errno));
  if (!g_file_set_contents (path, data, size, &error))
    g_error ("%s", error->message);
}

static void
write_text (const gchar * target, const gchar * text)
{
  seeds_write (target, text, strlen (text));
}

static GBytes *
collect (VirtualNetwork * net, VirtualSide from, GBytes * datagram,
    gpointer user_data)
{
  GByteArray **flights = user_data;
  gsize size;
  const guint8 *data = g_bytes_get_data (datagram, &size);

  g_byte_array_append (flights[from], data, size);
  seeds_write ("demux", data, size);
  return datagram;
}

/* The records that each end got, behind a byte for the role. */
static void
write_handshake (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  GByteArray *flights[2] = { g_byte_array_new (), g_byte_array_new () };
  const guint8 roles[2] = { 0, 1 };

  g_byte_array_append (flights[VIRTUAL_CLIENT], &roles[0], 1);
  g_byte_array_append (flights[VIRTUAL_SERVER], &roles[1], 1);
  net->filter = collect;
  net->filter_data = flights;
  virtual_network_start_both (net);
  if (!virtual_network_connect (net, net->now_us + VIRTUAL_SECOND))
    g_error ("no handshake");
  seeds_write ("certificate",
      g_bytes_get_data (net->ends[0].peer_certificate, NULL),
      g_bytes_get_size (net->ends[0].peer_certificate));
  for (guint i = 0; i < 2; i++) {
    seeds_write ("record-gate", flights[i]->data, flights[i]->len);
    g_byte_array_unref (flights[i]);
  }
}

static void
write_steps (void)
{
  static const gchar *const targets[] =
      { "association-client", "association-server" };

  for (guint target = 0; target < G_N_ELEMENTS (targets); target++) {
    for (guint8 step = 0; step < 8; step++) {
      const guint8 first[] = { 0, 0, step, 0, 14, 5, 0, 20, 1, 2, 3, 4 };
      const guint8 second[] = { 0, 0, 0, step, 0, 60, 1, 9, 0, 20, 1, 2 };
      const guint8 small[] = { 1, 1, 0, 0, step, 0, 60, 1, 9, 0, 20, 1, 2 };

      seeds_write (targets[target], first, sizeof first);
      seeds_write (targets[target], second, sizeof second);
      seeds_write (targets[target], small, sizeof small);
    }
  }
}

static void
write_texts (void)
{
  for (guint hash = DTLS_HASH_SHA_256; hash <= DTLS_HASH_SHA_512; hash++) {
    g_autofree gchar *text =
        dtls_certificate_get_fingerprint (virtual_certificate (0), hash);
    g_autofree gchar *line = g_strconcat ("a=fingerprint:", text, "\r\n",
        text, NULL);

    write_text ("fingerprint", text);
    write_text ("fingerprint", line);
  }
  write_text ("fingerprint", "sha-1 AB:CD");
  write_text ("pem", dtls_certificate_get_pem (virtual_certificate (0)));
  write_text ("pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n"
      "-----END PRIVATE KEY-----\n");
  write_text ("pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n");
  write_text ("profile", DTLS_PROFILES_DEFAULT);
  write_text ("profile", "srtp_aes128_cm_hmac_sha1_32:none");
}

int
main (int argc, char **argv)
{
  if (argc != 2) {
    g_printerr ("usage: fuzz-seeds FOLDER\n");
    return 2;
  }
  folder = argv[1];
  write_handshake ();
  write_steps ();
  write_texts ();
  seeds_write_srtp ();
  return 0;
}
