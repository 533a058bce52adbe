/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One end of a DTLS connection for tests: a dtlsenc and a dtlsdec, with a bus
 * and a diary of what they signalled. Two ends can be linked in memory.
 */
#ifndef TEST_PEER_H
#define TEST_PEER_H

#include <gst/gst.h>

#include "../lib/patience.h"
#include "association-link.h"

typedef struct
{
  GstElement *enc;
  GstElement *dec;
  GstBus *bus;

  GMutex lock;
  GCond changed;
  GPtrArray *diary;             /* e.g. "enc key", "dec connected" */
  GThread *changing_state;      /* who is inside peer_set_state() */
  gboolean key_in_state_change;
} Peer;

void peer_register_elements (void);

Peer *peer_new (const gchar * connection_id, gboolean is_client);

/* Goes to NULL first. */
void peer_free (Peer * self);

/* What the one sends the other gets, in both directions. */
void peer_connect (Peer * a, Peer * b);

void peer_set_state (Peer * self, GstState state);

DtlsState peer_get_state (GstElement * element);

/* Each fails the test after PATIENCE_US. */
void peer_wait_for_state (Peer * self, DtlsState state);
void peer_wait_for_entry (Peer * self, const gchar * entry);
void peer_wait_for_entries (Peer * self, const gchar * entry, guint n);

/* Returns: where in the diary @entry is first, -1 for nowhere. */
gint peer_find_entry (Peer * self, const gchar * entry);

/* Returns: how often the diary has @entry. */
guint peer_count_entries (Peer * self, const gchar * entry);

/* Returns: (transfer full) (nullable): the oldest message of that type. */
GstMessage *peer_pop_message (Peer * self, GstMessageType type);

/* A linked pair in state NULL, the first one the client. */
void peer_new_unconnected_pair (Peer * pair[2]);
/* The server first. */
void peer_start_pair (Peer * pair[2]);

/* For datagrams that come from nowhere, into dec.sink. */
void peer_begin_stream (Peer * self);
GstFlowReturn peer_push_datagram (Peer * self, const guint8 * data, gsize size);

/* Returns: a linked and connected pair, the first one the client. */
void peer_new_pair (Peer * pair[2]);
void peer_free_pair (Peer * pair[2]);

#endif
