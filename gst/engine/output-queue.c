/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A GQueue of DtlsOutput.
 */
#include "config.h"

#include "output-queue.h"

struct _DtlsOutputQueue
{
  GQueue outputs;
};

void
dtls_output_clear (DtlsOutput * output)
{
  g_clear_pointer (&output->bytes, g_bytes_unref);
  g_clear_pointer (&output->keys, dtls_srtp_keys_unref);
  g_clear_error (&output->error);
}

DtlsOutputQueue *
dtls_output_queue_new (void)
{
  DtlsOutputQueue *self = g_new0 (DtlsOutputQueue, 1);

  g_queue_init (&self->outputs);
  return self;
}

static void
output_free (gpointer data)
{
  dtls_output_clear (data);
  g_free (data);
}

void
dtls_output_queue_free (DtlsOutputQueue * self)
{
  g_queue_clear_full (&self->outputs, output_free);
  g_free (self);
}

static DtlsOutput *
output_queue_put (DtlsOutputQueue * self, DtlsOutputType type)
{
  DtlsOutput *output = g_new0 (DtlsOutput, 1);

  output->type = type;
  g_queue_push_tail (&self->outputs, output);
  return output;
}

void
dtls_output_queue_put_bytes (DtlsOutputQueue * self, DtlsOutputType type,
    GBytes * bytes)
{
  output_queue_put (self, type)->bytes = bytes;
}

void
dtls_output_queue_put_keys (DtlsOutputQueue * self, DtlsSrtpKeys * keys)
{
  output_queue_put (self, DTLS_OUTPUT_KEYS)->keys = keys;
}

void
dtls_output_queue_put_state (DtlsOutputQueue * self, DtlsState state,
    const GError * error)
{
  DtlsOutput *output = output_queue_put (self, DTLS_OUTPUT_STATE);

  output->state = state;
  if (error)
    output->error = g_error_copy (error);
}

void
dtls_output_queue_put_peer_closed (DtlsOutputQueue * self)
{
  output_queue_put (self, DTLS_OUTPUT_PEER_CLOSED);
}

gboolean
dtls_output_queue_pop (DtlsOutputQueue * self, DtlsOutput * output)
{
  DtlsOutput *first = g_queue_pop_head (&self->outputs);

  if (!first)
    return FALSE;
  *output = *first;
  g_free (first);
  return TRUE;
}
