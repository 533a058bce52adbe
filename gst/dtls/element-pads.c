/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See element-pads.h.
 */
#include "config.h"

#include "element-pads.h"

#include <string.h>

GstPad *
dtls_element_add_pad (GstElement * self, GstStaticPadTemplate * template)
{
  GstPad *pad = gst_pad_new_from_static_template (template,
      template->name_template);

  gst_element_add_pad (self, pad);
  return pad;
}

gchar *
dtls_element_name_pad (GstElement * self, GstPadTemplate * template,
    const gchar * wanted)
{
  const gchar *pattern = GST_PAD_TEMPLATE_NAME_TEMPLATE (template);
  const gchar *number = strchr (pattern, '%');
  guint i;

  if (wanted != NULL)
    return g_strdup (wanted);
  if (number == NULL)
    return g_strdup (pattern);
  for (i = 0;; i++) {
    g_autofree gchar *name = g_strdup_printf ("%.*s%u",
        (gint) (number - pattern), pattern, i);
    GstPad *taken = gst_element_get_static_pad (self, name);

    if (taken == NULL)
      return g_steal_pointer (&name);
    gst_object_unref (taken);
  }
}

static gboolean
element_is_running (GstElement * self)
{
  return GST_STATE (self) > GST_STATE_READY
      || GST_STATE_NEXT (self) > GST_STATE_READY;
}

void
dtls_element_add_request_pad (GstElement * self, GstPad * pad)
{
  if (element_is_running (self))
    gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (self, pad);
}

void
dtls_element_remove_request_pad (GstElement * self, GstPad * pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (self, pad);
}

void
dtls_element_update_source_flag (GstElement * self)
{
  GST_OBJECT_LOCK (self);
  if (self->numsinkpads == 0)
    GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
  else
    GST_OBJECT_FLAG_UNSET (self, GST_ELEMENT_FLAG_SOURCE);
  GST_OBJECT_UNLOCK (self);
}

GstIterator *
dtls_pad_iterate_link (GstPad * other)
{
  GstIterator *iterator;
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_PAD);
  g_value_set_object (&value, other);
  iterator = gst_iterator_new_single (GST_TYPE_PAD, &value);
  g_value_unset (&value);
  return iterator;
}
