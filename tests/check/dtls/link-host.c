/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See link-host.h.
 */
#include "config.h"

#include "link-host.h"

#include "dtls/enums.h"

#define TYPE_LINK_HOST (link_host_get_type ())
G_DECLARE_FINAL_TYPE (LinkHost, link_host, TEST, LINK_HOST, GstElement);

struct _LinkHost
{
  GstElement parent;
};

G_DEFINE_TYPE (LinkHost, link_host, GST_TYPE_ELEMENT);

static void
link_host_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  g_param_value_set_default (pspec, value);
}

static void
link_host_class_init (LinkHostClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = link_host_get_property;
  g_object_class_install_property (object_class, 1,
      g_param_spec_enum ("connection-state", NULL, NULL,
          DTLS_TYPE_CONNECTION_STATE, DTLS_STATE_CLOSED, G_PARAM_READABLE));
  g_object_class_install_property (object_class, 2,
      g_param_spec_string ("peer-pem", NULL, NULL, NULL, G_PARAM_READABLE));
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Host",
      "Test", "Owns one side of a link", "test");
}

static void
link_host_init (LinkHost * self)
{
}

static void
count_call (GObject * object, GParamSpec * pspec, guint * count)
{
  (*count)++;
}

GstElement *
link_host_new (guint * n_states)
{
  GstElement *host = gst_object_ref_sink (g_object_new (TYPE_LINK_HOST, NULL));

  if (n_states != NULL)
    g_signal_connect (host, "notify::connection-state",
        G_CALLBACK (count_call), n_states);
  return host;
}
