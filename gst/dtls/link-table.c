/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A hash table of weak references under one lock. No other lock is taken
 * while that one is held.
 */
#include "config.h"

#include "link-table.h"

typedef struct
{
  GWeakRef ref;
  gpointer identity;            /* compared, never dereferenced */
} Entry;

static GMutex lock;
static GHashTable *entries;     /* id → Entry; NULL while empty */

static Entry *
entry_new (GObject * object)
{
  Entry *entry = g_new0 (Entry, 1);

  g_weak_ref_init (&entry->ref, object);
  entry->identity = object;
  return entry;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_weak_ref_clear (&entry->ref);
  g_free (entry);
}

GObject *
dtls_link_table_obtain (const gchar * id, DtlsLinkTableMake make)
{
  Entry *entry;
  GObject *object = NULL;

  g_mutex_lock (&lock);
  if (!entries)
    entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
        entry_free);

  entry = g_hash_table_lookup (entries, id);
  if (entry)
    object = g_weak_ref_get (&entry->ref);
  if (!object) {
    object = make (id);
    g_hash_table_replace (entries, g_strdup (id), entry_new (object));
  }
  g_mutex_unlock (&lock);
  return object;
}

void
dtls_link_table_forget (const gchar * id, gpointer object)
{
  Entry *entry;

  g_mutex_lock (&lock);
  entry = entries ? g_hash_table_lookup (entries, id) : NULL;
  if (entry && entry->identity == object)
    g_hash_table_remove (entries, id);
  if (entries && g_hash_table_size (entries) == 0)
    g_clear_pointer (&entries, g_hash_table_unref);
  g_mutex_unlock (&lock);
}

guint
dtls_link_table_size (void)
{
  guint size;

  g_mutex_lock (&lock);
  size = entries ? g_hash_table_size (entries) : 0;
  g_mutex_unlock (&lock);
  return size;
}
