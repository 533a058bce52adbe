/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The streams that a sink of this plugin is given.
 */
#include "config.h"

#include "whep-inputs.h"

#include <string.h>

/* How long all streams of a pipeline may take until they have caps. */
#define STARTING_US (5 * G_TIME_SPAN_SECOND)

struct _WhepInputs
{
  GstBin *sink;
  WhepInputFuncs funcs;
  gpointer user_data;
  guint32 ssrcs[WHEP_INPUTS_MAX];

  GMutex lock;
  /* All below under the lock. */
  gchar *names[WHEP_INPUTS_MAX];        /* of pads; a place without is free */
  WhepInput *list[WHEP_INPUTS_MAX];
  gboolean open;
  gint64 open_since_us;
};

static void
add_template (GstElementClass * klass, const gchar * name, GstCaps * caps)
{
  gst_element_class_add_pad_template (klass,
      gst_pad_template_new (name, GST_PAD_SINK, GST_PAD_REQUEST, caps));
  gst_caps_unref (caps);
}

void
whep_inputs_add_templates (GstElementClass * klass)
{
  add_template (klass, "video_%u", whep_format_video_caps ());
  add_template (klass, "audio_%u", whep_format_audio_caps ());
}

WhepInputs *
whep_inputs_new (GstBin * sink, const WhepInputFuncs * funcs,
    gpointer user_data)
{
  WhepInputs *self = g_new0 (WhepInputs, 1);

  g_mutex_init (&self->lock);
  self->sink = sink;
  self->funcs = *funcs;
  self->user_data = user_data;
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++)
    self->ssrcs[i] = g_random_int ();
  return self;
}

void
whep_inputs_free (WhepInputs * self)
{
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    g_clear_object (&self->list[i]);
    g_free (self->names[i]);
  }
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Pads */

/* With the lock. */
static gboolean
is_name_free (WhepInputs * self, const gchar * name)
{
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    if (g_strcmp0 (self->names[i], name) == 0)
      return FALSE;
  }
  return TRUE;
}

/* "video_%u" with the lowest number that is free; with the lock. */
static gchar *
free_name (WhepInputs * self, GstPadTemplate * templ)
{
  const gchar *media =
      g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (templ), "video") ?
      "video" : "audio";

  for (guint i = 0;; i++) {
    g_autofree gchar *name = g_strdup_printf ("%s_%u", media, i);

    if (is_name_free (self, name))
      return g_steal_pointer (&name);
  }
}

/* Returns: (transfer full) (nullable): the name at @index, where nobody else
 * will be until give_back(). */
static gchar *
take_place (WhepInputs * self, GstPadTemplate * templ, const gchar * wanted,
    guint * index)
{
  guint i = 0;

  g_mutex_lock (&self->lock);
  while (i < WHEP_INPUTS_MAX && self->names[i])
    i++;
  gboolean there = i < WHEP_INPUTS_MAX
      && (!wanted || is_name_free (self, wanted));
  if (there)
    self->names[i] = wanted ? g_strdup (wanted) : free_name (self, templ);
  gchar *name = there ? g_strdup (self->names[i]) : NULL;
  g_mutex_unlock (&self->lock);
  *index = i;
  return name;
}

static void
give_back (WhepInputs * self, guint index)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->names[index], g_free);
  g_mutex_unlock (&self->lock);
}

GstPad *
whep_inputs_request_pad (WhepInputs * self, GstPadTemplate * templ,
    const gchar * name)
{
  guint index;
  g_autofree gchar *pad_name = take_place (self, templ, name, &index);
  WhepInput *input;

  if (!pad_name) {
    GST_WARNING_OBJECT (self->sink, "%s: taken, or more than %d pads",
        name ? name : "a pad", WHEP_INPUTS_MAX);
    return NULL;
  }
  input = whep_input_new (self->sink, index, templ, pad_name, &self->funcs,
      self->user_data);
  if (!input) {
    give_back (self, index);
    return NULL;
  }
  g_mutex_lock (&self->lock);
  self->list[index] = input;
  g_mutex_unlock (&self->lock);
  gst_element_add_pad (GST_ELEMENT (self->sink), whep_input_get_pad (input));
  return whep_input_get_pad (input);
}

static WhepInput *
take_input (WhepInputs * self, GstPad * pad)
{
  WhepInput *input = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WHEP_INPUTS_MAX && !input; i++) {
    if (self->list[i] && whep_input_get_pad (self->list[i]) == pad)
      input = g_steal_pointer (&self->list[i]);
  }
  g_mutex_unlock (&self->lock);
  return input;
}

void
whep_inputs_release_pad (WhepInputs * self, GstPad * pad)
{
  g_autoptr (WhepInput) input = take_input (self, pad);

  if (!input)
    return;
  self->funcs.format (input, self->user_data);
  whep_input_remove (input);
  gst_element_remove_pad (GST_ELEMENT (self->sink), pad);
  give_back (self, whep_input_get_index (input));
}

/* What there is to offer */

void
whep_inputs_set_open (WhepInputs * self, gboolean open)
{
  g_mutex_lock (&self->lock);
  self->open = open;
  self->open_since_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
}

gboolean
whep_inputs_are_eos (WhepInputs * self)
{
  gboolean all = TRUE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    if (self->list[i] && !whep_input_is_eos (self->list[i]))
      all = FALSE;
  }
  g_mutex_unlock (&self->lock);
  return all;
}

guint
whep_inputs_read_formats (WhepInputs * self, WhepFormat * formats)
{
  gboolean incomplete = FALSE;
  guint n = 0;

  memset (formats, 0, WHEP_INPUTS_MAX * sizeof *formats);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    if (!self->open || !self->list[i] || whep_input_is_eos (self->list[i]))
      continue;
    formats[i] = whep_input_get_format (self->list[i]);
    incomplete |= formats[i].codec == NULL;
    n = i + 1;
  }
  if (incomplete && g_get_monotonic_time () - self->open_since_us < STARTING_US)
    n = 0;
  g_mutex_unlock (&self->lock);
  return n;
}

static WhepInput *
ref_input (WhepInputs * self, guint index)
{
  WhepInput *input = NULL;

  g_mutex_lock (&self->lock);
  g_set_object (&input, self->list[index]);
  g_mutex_unlock (&self->lock);
  return input;
}

/* Packets */

const guint32 *
whep_inputs_get_ssrcs (WhepInputs * self)
{
  return self->ssrcs;
}

WhepPacketizer *
whep_inputs_obtain_packetizer (gpointer inputs, guint index, gint payload_type)
{
  WhepInputs *self = inputs;
  g_autoptr (WhepInput) input = ref_input (self, index);

  return input ? whep_input_obtain_packetizer (input, payload_type,
      self->ssrcs[index]) : NULL;
}

/* Keyframes */

void
whep_inputs_request_keyframe (WhepInputs * self, guint index)
{
  g_autoptr (WhepInput) input = ref_input (self, index);

  if (input)
    whep_input_request_keyframe (input);
}

guint64
whep_inputs_get_keyframe_requests (WhepInputs * self)
{
  guint64 requests = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    if (self->list[i])
      requests += whep_input_get_keyframe_requests (self->list[i]);
  }
  g_mutex_unlock (&self->lock);
  return requests;
}
