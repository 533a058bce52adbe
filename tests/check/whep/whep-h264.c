/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Profiles of H.264 by name and by number, and who decodes which.
 */
#include "config.h"

#include "whep/whep-h264.h"

static void
test_ids (void)
{
  g_assert_cmpint (whep_h264_profile_from_id ("42e01f"), ==,
      WHEP_H264_CONSTRAINED_BASELINE);
  g_assert_cmpint (whep_h264_profile_from_id ("42C01F"), ==,
      WHEP_H264_CONSTRAINED_BASELINE);
  g_assert_cmpint (whep_h264_profile_from_id ("42001f"), ==,
      WHEP_H264_BASELINE);
  g_assert_cmpint (whep_h264_profile_from_id ("4d001f"), ==, WHEP_H264_MAIN);
  g_assert_cmpint (whep_h264_profile_from_id ("640c1f"), ==,
      WHEP_H264_CONSTRAINED_HIGH);
  g_assert_cmpint (whep_h264_profile_from_id ("640028"), ==, WHEP_H264_HIGH);
  g_assert_cmpint (whep_h264_profile_from_id ("f4001f"), ==,
      WHEP_H264_HIGH_444);
  g_assert_cmpint (whep_h264_profile_from_id ("42e01"), ==, WHEP_H264_UNKNOWN);
  g_assert_cmpint (whep_h264_profile_from_id ("42e01fff"), ==,
      WHEP_H264_UNKNOWN);
  g_assert_cmpint (whep_h264_profile_from_id ("gggggg"), ==, WHEP_H264_UNKNOWN);
  g_assert_cmpint (whep_h264_profile_from_id ("000000"), ==, WHEP_H264_UNKNOWN);
}

static void
test_names (void)
{
  g_assert_cmpint (whep_h264_profile_from_name ("constrained-baseline"), ==,
      WHEP_H264_CONSTRAINED_BASELINE);
  g_assert_cmpint (whep_h264_profile_from_name ("progressive-high"), ==,
      WHEP_H264_HIGH);
  g_assert_cmpint (whep_h264_profile_from_name ("high-10"), ==,
      WHEP_H264_UNKNOWN);
  g_assert_cmpint (whep_h264_profile_from_name (NULL), ==, WHEP_H264_UNKNOWN);
}

static void
test_ids_of_profiles (void)
{
  for (guint p = WHEP_H264_UNKNOWN + 1; p <= WHEP_H264_HIGH_444; p++)
    g_assert_cmpint (whep_h264_profile_from_id (whep_h264_profile_to_id (p)),
        ==, p);
}

static void
test_decodes (void)
{
  g_assert_true (whep_h264_decodes (WHEP_H264_HIGH, WHEP_H264_MAIN));
  g_assert_false (whep_h264_decodes (WHEP_H264_MAIN, WHEP_H264_HIGH));
  /* Baseline may have what Main leaves out. */
  g_assert_false (whep_h264_decodes (WHEP_H264_HIGH, WHEP_H264_BASELINE));
  g_assert_true (whep_h264_decodes (WHEP_H264_MAIN, WHEP_H264_UNKNOWN));
  g_assert_false (whep_h264_decodes (WHEP_H264_UNKNOWN, WHEP_H264_MAIN));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/h264/ids", test_ids);
  g_test_add_func ("/whep/h264/ids-of-profiles", test_ids_of_profiles);
  g_test_add_func ("/whep/h264/names", test_names);
  g_test_add_func ("/whep/h264/decodes", test_decodes);
  return g_test_run ();
}
