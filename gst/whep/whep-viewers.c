/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The viewers of one whepsink, and what became of those before them.
 */
#include "config.h"

#include "whep-viewers.h"

struct _WhepViewers
{
  GMutex lock;
  GCond settled;
  /* All below under the lock. */
  GPtrArray *list;              /* replaced, never changed */
  GHashTable *exchanges;        /* of viewers that wait for their answer */
  guint unsettled;              /* who were not yet told gone, and more */
  guint64 total;
  guint64 refused;
  guint64 ended[WHEP_N_ENDS];
};

WhepViewers *
whep_viewers_new (void)
{
  WhepViewers *self = g_new0 (WhepViewers, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->settled);
  self->list = g_ptr_array_new_with_free_func (g_object_unref);
  self->exchanges = g_hash_table_new (NULL, NULL);
  return self;
}

void
whep_viewers_free (WhepViewers * self)
{
  g_ptr_array_unref (self->list);
  g_hash_table_unref (self->exchanges);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->settled);
  g_free (self);
}

GPtrArray *
whep_viewers_ref_all (WhepViewers * self)
{
  g_mutex_lock (&self->lock);
  GPtrArray *list = g_ptr_array_ref (self->list);
  g_mutex_unlock (&self->lock);
  return list;
}

WhepPeer *
whep_viewers_find (WhepViewers * self, const gchar * id)
{
  g_autoptr (GPtrArray) list = whep_viewers_ref_all (self);

  for (guint i = 0; i < list->len; i++) {
    WhepPeer *viewer = g_ptr_array_index (list, i);

    if (g_str_equal (whep_peer_get_id (viewer), id))
      return g_object_ref (viewer);
  }
  return NULL;
}

/* Puts a list with one more, or one less, in the place of the old; with the
 * lock. Returns: (transfer full): the old one, to be let go without it. */
static GPtrArray *
replace_list (WhepViewers * self, WhepPeer * more, WhepPeer * less)
{
  GPtrArray *old = self->list;

  self->list = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < old->len; i++) {
    if (g_ptr_array_index (old, i) != less)
      g_ptr_array_add (self->list, g_object_ref (g_ptr_array_index (old, i)));
  }
  if (more)
    g_ptr_array_add (self->list, g_object_ref (more));
  return old;
}

void
whep_viewers_add (WhepViewers * self, WhepPeer * viewer,
    WhepExchange * exchange)
{
  g_mutex_lock (&self->lock);
  GPtrArray *old = replace_list (self, viewer, NULL);
  self->total++;
  self->unsettled++;
  g_hash_table_insert (self->exchanges, viewer, exchange);
  g_mutex_unlock (&self->lock);
  g_ptr_array_unref (old);
}

WhepExchange *
whep_viewers_take_exchange (WhepViewers * self, WhepPeer * viewer)
{
  gpointer exchange = NULL;

  g_mutex_lock (&self->lock);
  g_hash_table_steal_extended (self->exchanges, viewer, NULL, &exchange);
  g_mutex_unlock (&self->lock);
  return exchange;
}

void
whep_viewers_remove (WhepViewers * self, WhepPeer * viewer, WhepEnd end)
{
  g_mutex_lock (&self->lock);
  GPtrArray *old = replace_list (self, NULL, viewer);
  self->ended[end]++;
  g_mutex_unlock (&self->lock);
  g_ptr_array_unref (old);
}

void
whep_viewers_unsettle (WhepViewers * self)
{
  g_mutex_lock (&self->lock);
  self->unsettled++;
  g_mutex_unlock (&self->lock);
}

void
whep_viewers_settle (WhepViewers * self)
{
  g_mutex_lock (&self->lock);
  if (--self->unsettled == 0)
    g_cond_broadcast (&self->settled);
  g_mutex_unlock (&self->lock);
}

void
whep_viewers_wait_settled (WhepViewers * self)
{
  g_mutex_lock (&self->lock);
  while (self->unsettled > 0)
    g_cond_wait (&self->settled, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
whep_viewers_end_all (WhepViewers * self, WhepEnd end)
{
  g_autoptr (GPtrArray) list = whep_viewers_ref_all (self);

  for (guint i = 0; i < list->len; i++)
    whep_peer_end (g_ptr_array_index (list, i), end);
}

void
whep_viewers_end_users (WhepViewers * self, guint input, WhepEnd end)
{
  g_autoptr (GPtrArray) list = whep_viewers_ref_all (self);

  for (guint i = 0; i < list->len; i++) {
    WhepPeer *viewer = g_ptr_array_index (list, i);

    if (whep_peer_uses (viewer, input))
      whep_peer_end (viewer, end);
  }
}

void
whep_viewers_count_refused (WhepViewers * self)
{
  g_mutex_lock (&self->lock);
  self->refused++;
  g_mutex_unlock (&self->lock);
}

guint
whep_viewers_get_bitrate (WhepViewers * self)
{
  g_autoptr (GPtrArray) list = whep_viewers_ref_all (self);
  guint least = 0;

  for (guint i = 0; i < list->len; i++) {
    guint bitrate = whep_peer_get_bitrate (g_ptr_array_index (list, i));

    if (bitrate > 0 && (least == 0 || bitrate < least))
      least = bitrate;
  }
  return least;
}

static void
add_viewer_stats (GPtrArray * list, GstStructure * stats)
{
  GValue values = G_VALUE_INIT;

  gst_value_list_init (&values, list->len);
  for (guint i = 0; i < list->len; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value,
        whep_peer_get_stats (g_ptr_array_index (list, i)));
    gst_value_list_append_and_take_value (&values, &value);
  }
  gst_structure_take_value (stats, "viewer-stats", &values);
}

void
whep_viewers_add_stats (WhepViewers * self, GstStructure * stats)
{
  g_autoptr (GPtrArray) list = whep_viewers_ref_all (self);

  gst_structure_set (stats, "viewers", G_TYPE_UINT, list->len, NULL);
  g_mutex_lock (&self->lock);
  gst_structure_set (stats, "viewers-total", G_TYPE_UINT64, self->total,
      "offers-refused", G_TYPE_UINT64, self->refused, NULL);
  for (guint i = 0; i < WHEP_N_ENDS; i++) {
    g_autofree gchar *name = g_strconcat ("ended-", whep_end_name (i), NULL);

    gst_structure_set (stats, name, G_TYPE_UINT64, self->ended[i], NULL);
  }
  g_mutex_unlock (&self->lock);
  add_viewer_stats (list, stats);
}
