/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of a link have in common: association-link.c, which changes
 * it, and association-link-readers.c, which only looks. Nobody else includes
 * this.
 */
#ifndef DTLS_ASSOCIATION_LINK_PRIVATE_H
#define DTLS_ASSOCIATION_LINK_PRIVATE_H

#include "alarm.h"
#include "association-link.h"
#include "engine/datagram-queue.h"
#include "event-queue.h"

G_BEGIN_DECLS

#define N_SIDES 2

struct _DtlsLink
{
  GObject parent;

  gchar *id;
  GMutex lock;

  /* All below under the lock. */
  DtlsAssociation *association;
  DtlsAlarm *alarm;
  gboolean used;                /* this association was started */
  gconstpointer owners[N_SIDES];
  gboolean started[N_SIDES];

  DtlsConfig config;            /* owns what it points to */
  DtlsState state;
  DtlsSrtpKeys *keys;
  GBytes *peer_certificate;
  gboolean peer_closed;

  GQueue datagrams;             /* GBytes */
  DtlsEventQueue events;        /* all that are no datagrams */
  DtlsDatagramQueue *early_data;
};

G_END_DECLS

#endif
