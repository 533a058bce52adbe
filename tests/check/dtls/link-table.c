/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of objects, which the table does not keep alive.
 */
#include "config.h"

#include "link-table.h"

static guint n_made;

static GObject *
make (const gchar * id)
{
  n_made++;
  return g_object_new (G_TYPE_OBJECT, NULL);
}

static void
test_same_id_same_object (void)
{
  GObject *a = dtls_link_table_obtain ("a", make);
  GObject *b = dtls_link_table_obtain ("b", make);
  GObject *again = dtls_link_table_obtain ("a", make);

  g_assert_true (a == again);
  g_assert_true (a != b);
  g_assert_cmpuint (n_made, ==, 2);
  g_assert_cmpuint (dtls_link_table_size (), ==, 2);
  g_object_unref (again);
  dtls_link_table_forget ("a", a);
  dtls_link_table_forget ("b", b);
  g_assert_cmpuint (dtls_link_table_size (), ==, 0);
  g_object_unref (a);
  g_object_unref (b);
}

static void
test_forgetting_spares_the_younger (void)
{
  GObject *old = dtls_link_table_obtain ("id", make), *young;
  gpointer old_address = old;

  g_object_unref (old);
  young = dtls_link_table_obtain ("id", make);
  if (young != old_address)
    dtls_link_table_forget ("id", old_address);
  g_assert_cmpuint (dtls_link_table_size (), ==, 1);
  dtls_link_table_forget ("id", young);
  g_assert_cmpuint (dtls_link_table_size (), ==, 0);
  dtls_link_table_forget ("id", young);
  g_object_unref (young);
}

static GObject *
make_quietly (const gchar * id)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_set_data_full (object, "id", g_strdup (id), g_free);
  return object;
}

/* The last reference goes while another thread looks the name up: what comes
 * out of the table is alive. */
static gpointer
obtain_and_drop (gpointer data)
{
  for (guint i = 0; i < 5000; i++) {
    GObject *object = dtls_link_table_obtain ("raced", make_quietly);

    g_assert_cmpstr (g_object_get_data (object, "id"), ==, "raced");
    g_object_unref (object);
  }
  return NULL;
}

static void
test_lookup_races_with_the_last_unref (void)
{
  GThread *threads[4];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("obtain", obtain_and_drop, NULL);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  dtls_link_table_forget ("raced", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link-table/same-id-same-object", test_same_id_same_object);
  g_test_add_func ("/link-table/forgetting-spares-the-younger",
      test_forgetting_spares_the_younger);
  g_test_add_func ("/link-table/lookup-races-with-the-last-unref",
      test_lookup_races_with_the_last_unref);
  return g_test_run ();
}
