/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPU time of bare libsrtp2 for a packet, protect and unprotect apart.
 *
 *   bench-srtp PROFILE PAYLOAD_SIZE SECONDS
 *
 * GST_DTLS_SRTP_CRYPTO=stock measures libsrtp2's own cryptography. Prints
 * lines of "name value unit".
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <glib.h>
#include <srtp2/srtp.h>

#include "srtp/srtp-crypto.h"

#define BATCH 64
#define HEADER_SIZE 12
#define ROOM 2048
#define SSRC 0x01020304

typedef struct
{
  const gchar *name;
  void (*fill) (srtp_crypto_policy_t * policy);
} Profile;

/* *INDENT-OFF* */
static const Profile profiles[] = {
  {"AES128_CM_HMAC_SHA1_80", srtp_crypto_policy_set_rtp_default},
  {"AES128_CM_HMAC_SHA1_32", srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32},
  {"AEAD_AES_128_GCM", srtp_crypto_policy_set_aes_gcm_128_16_auth},
  {"AEAD_AES_256_GCM", srtp_crypto_policy_set_aes_gcm_256_16_auth},
};
/* *INDENT-ON* */

typedef struct
{
  srtp_t sender;
  srtp_t receiver;
  gsize payload_size;
  guint16 seq;
  gint64 protect_ns;
  gint64 unprotect_ns;
  guint64 n_packets;
  guint8 packets[BATCH][ROOM] __attribute__((aligned (16)));
} Bench;

static gint64
cpu_time_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static srtp_t
make_context (const Profile * profile, srtp_ssrc_type_t type)
{
  static guint8 key[64] = "a key that protects nothing but a benchmark";
  srtp_policy_t policy = {.ssrc.type = type,.key = key,.window_size = 1024,
    .allow_repeat_tx = 1
  };
  srtp_t context;

  profile->fill (&policy.rtp);
  profile->fill (&policy.rtcp);
  if (srtp_create (&context, &policy) != srtp_err_status_ok)
    g_error ("srtp_create failed");
  return context;
}

static void
fill_batch (Bench * bench)
{
  for (guint i = 0; i < BATCH; i++) {
    guint16 seq = GUINT16_TO_BE (bench->seq);
    guint32 ssrc = GUINT32_TO_BE (SSRC);

    memset (bench->packets[i], 0, HEADER_SIZE);
    bench->packets[i][0] = 0x80;
    memcpy (bench->packets[i] + 2, &seq, sizeof seq);
    memcpy (bench->packets[i] + 8, &ssrc, sizeof ssrc);
    bench->seq++;
  }
}

static void
run_batch (Bench * bench)
{
  int sizes[BATCH];
  gint64 begin, middle;

  fill_batch (bench);
  for (guint i = 0; i < BATCH; i++)
    sizes[i] = HEADER_SIZE + bench->payload_size;

  begin = cpu_time_ns ();
  for (guint i = 0; i < BATCH; i++)
    if (srtp_protect (bench->sender, bench->packets[i], &sizes[i]))
      g_error ("srtp_protect failed");
  middle = cpu_time_ns ();
  for (guint i = 0; i < BATCH; i++)
    if (srtp_unprotect (bench->receiver, bench->packets[i], &sizes[i]))
      g_error ("srtp_unprotect failed");
  bench->unprotect_ns += cpu_time_ns () - middle;
  bench->protect_ns += middle - begin;
  bench->n_packets += BATCH;
}

static void
check_payload (Bench * bench)
{
  for (guint i = 0; i < BATCH; i++)
    memset (bench->packets[i] + HEADER_SIZE, i, bench->payload_size);
  run_batch (bench);
  for (guint i = 0; i < BATCH; i++)
    for (gsize j = 0; j < bench->payload_size; j++)
      if (bench->packets[i][HEADER_SIZE + j] != i)
        g_error ("the payload came back changed");
}

static const Profile *
find_profile (const gchar * name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (profiles); i++)
    if (g_str_equal (profiles[i].name, name))
      return &profiles[i];
  g_error ("unknown profile %s", name);
}

int
main (int argc, char **argv)
{
  g_autofree Bench *bench = g_new0 (Bench, 1);
  const Profile *profile;
  gint64 end;

  if (argc != 4)
    g_error ("usage: bench-srtp PROFILE PAYLOAD_SIZE SECONDS");
  profile = find_profile (argv[1]);
  bench->payload_size = atoi (argv[2]);
  g_assert_cmpuint (bench->payload_size, <=, ROOM - 64);

  dtls_srtp_crypto_init ();
  bench->sender = make_context (profile, ssrc_any_outbound);
  bench->receiver = make_context (profile, ssrc_any_inbound);
  check_payload (bench);
  bench->protect_ns = bench->unprotect_ns = bench->n_packets = 0;

  end = g_get_monotonic_time () + g_ascii_strtod (argv[3], NULL) * 1e6;
  while (g_get_monotonic_time () < end)
    run_batch (bench);
  check_payload (bench);

  printf ("crypto %s\n", dtls_srtp_crypto_is_fast ()? "fast" : "stock");
  printf ("protect %.1f ns\n", (gdouble) bench->protect_ns / bench->n_packets);
  printf ("unprotect %.1f ns\n",
      (gdouble) bench->unprotect_ns / bench->n_packets);
  return 0;
}
