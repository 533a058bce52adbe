/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * REMB messages, and what is none.
 */
#include "config.h"

#include "whep/whep-remb.h"

#define HEADER 'R', 'E', 'M', 'B'

static void
test_bitrates (void)
{
  const guint8 plain[] = { HEADER, 1, 0x00, 0x03, 0xe8, 0, 0, 0, 1 };
  const guint8 scaled[] = { HEADER, 1, 0x0b, 0xff, 0xff, 0, 0, 0, 1 };
  const guint8 none[] = { HEADER, 0, 0x00, 0x03, 0xe8 };
  const guint8 huge[] = { HEADER, 0, 0xff, 0xff, 0xff };
  const guint8 most[] = { HEADER, 0, 14 << 2 | 3, 0xff, 0xff };

  g_assert_cmpuint (whep_remb_parse (plain, sizeof plain), ==, 1000);
  g_assert_cmpuint (whep_remb_parse (scaled, sizeof scaled), ==, 0x3ffff << 2);
  g_assert_cmpuint (whep_remb_parse (none, sizeof none), ==, 1000);
  g_assert_cmpuint (whep_remb_parse (huge, sizeof huge), ==, G_MAXUINT);
  g_assert_cmpuint (whep_remb_parse (most, sizeof most), ==, 0x3ffffu << 14);
}

static void
test_nonsense (void)
{
  const guint8 other[] = { 'R', 'E', 'M', 'C', 1, 0, 3, 0xe8, 0, 0, 0, 1 };
  const guint8 cut[] = { HEADER, 2, 0x00, 0x03, 0xe8, 0, 0, 0, 1 };
  const guint8 zero[] = { HEADER, 0, 0x04, 0x00, 0x00 };

  g_assert_cmpuint (whep_remb_parse (other, sizeof other), ==, 0);
  g_assert_cmpuint (whep_remb_parse (cut, sizeof cut), ==, 0);
  g_assert_cmpuint (whep_remb_parse (zero, sizeof zero), ==, 0);
  for (gsize size = 0; size < 8; size++)
    g_assert_cmpuint (whep_remb_parse (cut, size), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/remb/bitrates", test_bitrates);
  g_test_add_func ("/whep/remb/nonsense", test_nonsense);
  return g_test_run ();
}
