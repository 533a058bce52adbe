/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keys of one handshake, shared by reference.
 */
#include "config.h"

#include "srtp-keys.h"

DtlsSrtpKeys *
dtls_srtp_keys_new (const DtlsProfile * profile, DtlsSecret * local,
    DtlsSecret * remote)
{
  DtlsSrtpKeys *keys;

  g_return_val_if_fail (profile && local && remote, NULL);
  g_return_val_if_fail (dtls_secret_size (local) ==
      profile->key_size + profile->salt_size, NULL);
  g_return_val_if_fail (dtls_secret_size (remote) ==
      profile->key_size + profile->salt_size, NULL);

  keys = g_atomic_rc_box_new (DtlsSrtpKeys);
  keys->profile = profile;
  keys->local = local;
  keys->remote = remote;
  return keys;
}

DtlsSrtpKeys *
dtls_srtp_keys_ref (DtlsSrtpKeys * keys)
{
  return g_atomic_rc_box_acquire (keys);
}

static void
srtp_keys_clear (gpointer data)
{
  DtlsSrtpKeys *keys = data;

  dtls_secret_unref (keys->local);
  dtls_secret_unref (keys->remote);
}

void
dtls_srtp_keys_unref (DtlsSrtpKeys * keys)
{
  g_atomic_rc_box_release_full (keys, srtp_keys_clear);
}
