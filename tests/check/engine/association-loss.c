/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long a handshake takes on a bad link, in virtual time: the figures are
 * the same on every machine, so they can be asserted. 25 ms one way; the time
 * is until both ends are connected.
 */
#include "config.h"

#include <stdlib.h>

#include "engine/error.h"
#include "virtual-network.h"

#define LIMIT_US (30 * G_USEC_PER_SEC)

typedef struct
{
  const gchar *name;
  VirtualLink link;
  guint mtu;
  guint runs;
  guint median_ms;
  guint p99_ms;
  gboolean may_fail;            /* a changed byte can be a forgery */
} LossCase;

static const LossCase cases[] = {
  {"clean", {25, 0, 0, 0, 0}, 1200, 50, 100, 100, FALSE},
  {"loss-10", {25, 0, 0.1, 0, 0}, 1200, 1000, 100, 500, FALSE},
  {"loss-30", {25, 0, 0.3, 0, 0}, 1200, 1000, 200, 1500, FALSE},
  {"loss-50", {25, 0, 0.5, 0, 0}, 1200, 1000, 500, 4000, FALSE},
  {"loss-10-mtu-200", {25, 0, 0.1, 0, 0}, 200, 300, 500, 2000, FALSE},
  {"loss-30-mtu-500", {25, 0, 0.3, 0, 0}, 500, 300, 700, 3000, FALSE},
  {"duplication", {25, 0, 0, 0.5, 0}, 1200, 300, 100, 100, FALSE},
  {"reordering", {25, 30, 0, 0, 0}, 500, 300, 200, 300, FALSE},
  {"corruption", {25, 0, 0, 0, 0.05}, 1200, 300, 100, 1000, TRUE},
  {"all", {25, 20, 0.1, 0.1, 0.02}, 600, 300, 300, 3000, TRUE},
};

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/* Returns: microseconds, or -1 when the handshake failed. */
static gint64
run_once (const LossCase * test, guint32 seed)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (seed);
  gint64 start_us = net->now_us;

  net->link = test->link;
  for (guint side = 0; side < 2; side++)
    virtual_network_end (net, side)->config.mtu = test->mtu;
  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  if (!virtual_network_connect (net, start_us + LIMIT_US)) {
    /* It ends with a name for what went wrong, at one end at least. */
    g_assert_true (virtual_network_end (net, VIRTUAL_CLIENT)->error
        || virtual_network_end (net, VIRTUAL_SERVER)->error);
    return -1;
  }
  for (guint side = 0; side < 2; side++)
    g_assert_cmpuint (virtual_network_end (net, side)->largest, <=, test->mtu);
  return net->now_us - start_us;
}

static void
test_loss (gconstpointer data)
{
  const LossCase *test = data;
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint failures = 0;
  gint64 median_ms, p99_ms;

  for (guint i = 0; i < test->runs; i++) {
    gint64 time_us = run_once (test, i + 1);

    if (time_us < 0)
      failures++;
    else
      g_array_append_val (times, time_us);
  }
  g_assert_cmpuint (times->len, >, 0);
  g_array_sort (times, compare_times);
  median_ms = g_array_index (times, gint64, times->len / 2) / VIRTUAL_MS;
  p99_ms = g_array_index (times, gint64, times->len * 99 / 100) / VIRTUAL_MS;
  g_test_message ("%-16s %4u runs: median %4" G_GINT64_FORMAT
      " ms, p99 %5" G_GINT64_FORMAT " ms, worst %5" G_GINT64_FORMAT
      " ms, failed %u", test->name, test->runs, median_ms, p99_ms,
      g_array_index (times, gint64, times->len - 1) / VIRTUAL_MS, failures);
  if (!test->may_fail)
    g_assert_cmpuint (failures, ==, 0);
  g_assert_cmpint (median_ms, <=, test->median_ms);
  g_assert_cmpint (p99_ms, <=, test->p99_ms);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/association-loss/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_loss);
  }
  return g_test_run ();
}
