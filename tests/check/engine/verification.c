/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is accepted, and when: the judgement as a table, and the association
 * around it with fingerprints before, during and after the handshake.
 */
#include "config.h"

#include "engine/verification.h"

#include "engine/error.h"
#include "engine/log.h"
#include "virtual-network.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)

static void
test_judgement (void)
{
  static const struct
  {
    DtlsVerify verify;
    gint fingerprint;           /* of which certificate; -1 for none */
    DtlsJudgement expected;
  } rows[] = {
    {DTLS_VERIFY_AUTO, -1, DTLS_JUDGEMENT_UNVERIFIED},
    {DTLS_VERIFY_AUTO, 0, DTLS_JUDGEMENT_VERIFIED},
    {DTLS_VERIFY_AUTO, 1, DTLS_JUDGEMENT_MISMATCH},
    {DTLS_VERIFY_REQUIRED, -1, DTLS_JUDGEMENT_HOLD},
    {DTLS_VERIFY_REQUIRED, 0, DTLS_JUDGEMENT_VERIFIED},
    {DTLS_VERIFY_REQUIRED, 1, DTLS_JUDGEMENT_MISMATCH},
    {DTLS_VERIFY_NONE, -1, DTLS_JUDGEMENT_UNVERIFIED},
    {DTLS_VERIFY_NONE, 0, DTLS_JUDGEMENT_UNVERIFIED},
    {DTLS_VERIFY_NONE, 1, DTLS_JUDGEMENT_UNVERIFIED},
  };
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  GBytes *certificate;

  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  certificate = virtual_network_end (net, VIRTUAL_SERVER)->peer_certificate;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (DtlsFingerprints) fingerprints = rows[i].fingerprint < 0 ? NULL
        : virtual_fingerprint (virtual_certificate (rows[i].fingerprint),
        DTLS_HASH_SHA_256);

    g_assert_cmpint (dtls_verification_judge (rows[i].verify, fingerprints,
            NULL, certificate), ==, rows[i].expected);
    g_assert_cmpint (dtls_verification_judge (rows[i].verify, fingerprints,
            certificate, certificate), ==, rows[i].expected);
  }
}

/* What is known of somebody else says something only where nothing better
 * does. */
static void
test_judgement_of_another_than_before (void)
{
  static const guint8 der[] = "another certificate";
  g_autoptr (GBytes) certificate = g_bytes_new_static (der, sizeof der);
  g_autoptr (GBytes) former = g_bytes_new_static (der, sizeof der - 1);
  g_autofree gchar *text = dtls_fingerprint_format (der, sizeof der,
      DTLS_HASH_SHA_256);
  g_autoptr (DtlsFingerprints) right = dtls_fingerprints_parse (text, NULL);

  g_assert_cmpint (dtls_verification_judge (DTLS_VERIFY_AUTO, NULL, former,
          certificate), ==, DTLS_JUDGEMENT_STRANGER);
  g_assert_cmpint (dtls_verification_judge (DTLS_VERIFY_AUTO, right, former,
          certificate), ==, DTLS_JUDGEMENT_VERIFIED);
  g_assert_cmpint (dtls_verification_judge (DTLS_VERIFY_REQUIRED, NULL, former,
          certificate), ==, DTLS_JUDGEMENT_HOLD);
  g_assert_cmpint (dtls_verification_judge (DTLS_VERIFY_NONE, NULL, former,
          certificate), ==, DTLS_JUDGEMENT_UNVERIFIED);
}

static gboolean
is_verified (VirtualEnd * end)
{
  DtlsStats stats;

  dtls_association_get_stats (end->association, &stats);
  return stats.verified;
}

static void
give (VirtualNetwork * net, VirtualSide side, gint certificate)
{
  g_autoptr (DtlsFingerprints) fingerprints = certificate < 0 ? NULL
      : virtual_fingerprint (virtual_certificate (certificate),
      DTLS_HASH_SHA_384);

  dtls_association_set_fingerprints (virtual_network_end (net,
          side)->association, fingerprints, net->now_us);
  virtual_network_drain (net, side);
}

static void
test_hash_and_case (void)
{
  static const DtlsHash hashes[] =
      { DTLS_HASH_SHA_256, DTLS_HASH_SHA_384, DTLS_HASH_SHA_512 };

  for (guint i = 0; i < 6; i++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);
    VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
    g_autofree gchar *text =
        dtls_certificate_get_fingerprint (virtual_certificate (VIRTUAL_SERVER),
        hashes[i / 2]);
    g_autofree gchar *other_case = i % 2 ? g_ascii_strdown (text, -1)
        : g_ascii_strup (text, -1);

    client->config.fingerprints = dtls_fingerprints_parse (other_case, NULL);
    g_assert_nonnull (client->config.fingerprints);
    virtual_network_start_both (net);
    g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
    g_assert_true (is_verified (client));
    g_assert_false (is_verified (virtual_network_end (net, VIRTUAL_SERVER)));
  }
}

static void
test_mismatch_before_opens_nothing (void)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);
    VirtualEnd *end = virtual_network_end (net, side);
    VirtualEnd *other = virtual_network_end (net, !side);

    end->config.fingerprints = virtual_fingerprint (virtual_certificate (3),
        DTLS_HASH_SHA_256);
    virtual_network_start_both (net);
    virtual_network_run (net, net->now_us + 10 * SECOND_US);
    g_assert_cmpstr (end->story->str, ==, "connecting certificate failed");
    g_assert_error (end->error, DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH);
    g_assert_cmpstr (other->story->str, ==, "connecting failed");
    g_assert_error (other->error, DTLS_ERROR, DTLS_ERROR_ALERT);
    g_assert_null (end->keys);
    g_assert_null (other->keys);
  }
}

static void
test_given_before_the_start (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);

  give (net, VIRTUAL_CLIENT, VIRTUAL_SERVER);
  give (net, VIRTUAL_SERVER, 3);
  virtual_network_start_both (net);
  virtual_network_run (net, net->now_us + 10 * SECOND_US);
  g_assert_error (virtual_network_end (net, VIRTUAL_SERVER)->error,
      DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH);
}

static void
test_given_during_the_handshake (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);
    VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

    virtual_network_start_both (net);
    virtual_network_run (net, net->now_us + 30 * VIRTUAL_MS);
    give (net, VIRTUAL_CLIENT, i == 0 ? (gint) VIRTUAL_SERVER : 3);
    virtual_network_run (net, net->now_us + 10 * SECOND_US);
    if (i == 0)
      g_assert_true (is_verified (client));
    else
      g_assert_error (client->error, DTLS_ERROR,
          DTLS_ERROR_FINGERPRINT_MISMATCH);
  }
}

static void
test_required_holds_until_given (void)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);
    VirtualEnd *end = virtual_network_end (net, side);
    VirtualEnd *other = virtual_network_end (net, !side);

    end->config.verify = DTLS_VERIFY_REQUIRED;
    virtual_network_start_both (net);
    virtual_network_run (net, net->now_us + SECOND_US);
    g_assert_cmpstr (end->story->str, ==, "connecting certificate");
    g_assert_cmpstr (other->story->str, ==,
        "connecting certificate keys connected");
    g_assert_true (dtls_association_send_data (other->association,
            (const guint8 *) "early", 5, NULL));
    g_assert_false (dtls_association_send_data (end->association,
            (const guint8 *) "early", 5, NULL));
    virtual_network_drain (net, !side);
    virtual_network_run (net, net->now_us + 40 * SECOND_US);
    g_assert_cmpuint (end->data->len, ==, 0);

    give (net, side, !side);
    g_assert_cmpstr (end->story->str, ==,
        "connecting certificate keys connected");
    g_assert_cmpuint (end->data->len, ==, 1);
    g_assert_true (is_verified (end));
  }
}

static void
test_required_and_wrong_fails (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  client->config.verify = DTLS_VERIFY_REQUIRED;
  virtual_network_start_both (net);
  virtual_network_run (net, net->now_us + SECOND_US);
  give (net, VIRTUAL_CLIENT, 3);
  virtual_network_run (net, net->now_us + SECOND_US);
  g_assert_cmpstr (client->story->str, ==, "connecting certificate failed");
  g_assert_null (client->keys);
  g_assert_error (server->error, DTLS_ERROR, DTLS_ERROR_ALERT);
}

static void
test_changed_on_a_live_association (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  g_assert_false (is_verified (client));
  give (net, VIRTUAL_CLIENT, VIRTUAL_SERVER);
  g_assert_true (is_verified (client));
  give (net, VIRTUAL_CLIENT, -1);
  g_assert_cmpint (client->state, ==, DTLS_STATE_CONNECTED);
  give (net, VIRTUAL_CLIENT, 3);
  g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH);
  virtual_network_run (net, net->now_us + SECOND_US);
  g_assert_error (server->error, DTLS_ERROR, DTLS_ERROR_ALERT);
}

/* Before anything is decided: as if none had been given. */
static void
test_withdrawn_during_the_handshake (void)
{
  for (guint required = 0; required < 2; required++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);
    VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

    client->config.verify = required ? DTLS_VERIFY_REQUIRED : DTLS_VERIFY_AUTO;
    client->config.fingerprints = virtual_fingerprint (virtual_certificate (3),
        DTLS_HASH_SHA_256);
    virtual_network_start_both (net);
    give (net, VIRTUAL_CLIENT, -1);
    virtual_network_run (net, net->now_us + SECOND_US);
    g_assert_cmpstr (client->story->str, ==, required ?
        "connecting certificate" : "connecting certificate keys connected");
    g_assert_false (is_verified (client));
  }
}

/* It counts from the next handshake on. */
static void
test_withdrawn_from_a_live_association (void)
{
  for (guint required = 0; required < 2; required++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);
    VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
    VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

    server->config.verify = required ? DTLS_VERIFY_REQUIRED : DTLS_VERIFY_AUTO;
    virtual_network_exchange_fingerprints (net);
    virtual_network_start_both (net);
    g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
    give (net, VIRTUAL_SERVER, -1);
    g_assert_cmpint (server->state, ==, DTLS_STATE_CONNECTED);
    g_assert_true (is_verified (server));
    g_assert_true (dtls_association_restart (client->association, NULL,
            net->now_us, NULL));
    virtual_network_drain (net, VIRTUAL_CLIENT);
    virtual_network_run (net, net->now_us + 2 * SECOND_US);
    g_assert_cmpuint (server->n_keys, ==, required ? 1 : 2);
    g_assert_cmpint (is_verified (server), ==, required);
    g_assert_cmpint (server->state, ==, DTLS_STATE_CONNECTED);
  }
}

static void
test_none_looks_at_nothing (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

  client->config.verify = DTLS_VERIFY_NONE;
  client->config.fingerprints = virtual_fingerprint (virtual_certificate (3),
      DTLS_HASH_SHA_256);
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  g_assert_false (is_verified (client));
}

static guint n_warnings;

static void
count_warnings (DtlsLogLevel level, const gchar * message)
{
  n_warnings += level == DTLS_LOG_WARNING;
}

/* One for each end, and none where somebody has decided about the peer. */
static void
test_accepted_without_a_look_is_warned_of (void)
{
  static const DtlsVerify verify[] =
      { DTLS_VERIFY_AUTO, DTLS_VERIFY_AUTO, DTLS_VERIFY_NONE };
  static const guint expected[] = { 2, 0, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (verify); i++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);

    for (guint side = 0; side < 2; side++)
      virtual_network_end (net, side)->config.verify = verify[i];
    if (i == 1)
      virtual_network_exchange_fingerprints (net);
    n_warnings = 0;
    dtls_log_set_func (count_warnings);
    virtual_network_start_both (net);
    g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
    virtual_network_run (net, net->now_us + SECOND_US);
    dtls_log_set_func (NULL);
    g_assert_cmpuint (n_warnings, ==, expected[i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/verification/" name, func)
  TEST ("judgement", test_judgement);
  TEST ("judgement-of-another-than-before",
      test_judgement_of_another_than_before);
  TEST ("accepted-without-a-look-is-warned-of",
      test_accepted_without_a_look_is_warned_of);
  TEST ("hash-and-case", test_hash_and_case);
  TEST ("mismatch-before-opens-nothing", test_mismatch_before_opens_nothing);
  TEST ("given-before-the-start", test_given_before_the_start);
  TEST ("given-during-the-handshake", test_given_during_the_handshake);
  TEST ("required-holds-until-given", test_required_holds_until_given);
  TEST ("required-and-wrong-fails", test_required_and_wrong_fails);
  TEST ("changed-on-a-live-association", test_changed_on_a_live_association);
  TEST ("withdrawn-during-the-handshake", test_withdrawn_during_the_handshake);
  TEST ("withdrawn-from-a-live-association",
      test_withdrawn_from_a_live_association);
  TEST ("none-looks-at-nothing", test_none_looks_at_nothing);
#undef TEST
  return g_test_run ();
}
