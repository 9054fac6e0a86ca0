// SPDX-License-Identifier: Apache-2.0
// What the layer shows of itself in the headset: the HUD and the toast, each a quad layer of the layer's own after the
// app's layers. All calls belong to one session, and are made inside xrEndFrame but for the first and the last.
#ifndef ARTEM_PLUGIN_HUD_H
#define ARTEM_PLUGIN_HUD_H

#include "artem/config.h"
#include "artem/model.h"
#include "artem/stats.h"
#include "layer.h"

struct hud;
struct layer_session;

// Makes nothing yet on the device or in the runtime. NULL if memory is short.
struct hud *hud_create(struct layer_session *session, XrSystemId system);
// Waits for its work. Clears *hud; NULL-safe, as are all functions here.
void hud_destroy(struct hud **hud);

// A frame's complete record, for the numbers. paused: the governor shows originals.
void hud_note(struct hud *hud, const struct artem_frame_record *record, bool paused);

// `info` with the panels that are to be shown now, in memory of the hud's that lives until the next call; or NULL if
// there are none, and `info` is to be handed on. `style`: the one in use, or NULL; `tried`: see toast.h.
const XrFrameEndInfo *hud_add(struct hud *hud, const XrFrameEndInfo *info, const struct artem_settings *settings,
                              const struct artem_style *style, bool tried);
// The runtime took the frame without the panels, but not with them: there will be none any more.
void hud_refused(struct hud *hud);

#endif
