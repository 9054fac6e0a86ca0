// SPDX-License-Identifier: Apache-2.0
// The engine as a session uses it: loads network and style as the settings ask, runs frames with a deadline, and
// remembers a frame that is late. Thread-safe.
#ifndef ARTEM_PLUGIN_STYLER_H
#define ARTEM_PLUGIN_STYLER_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/config.h"
#include "artem/engine.h"
#include "artem_vk/device.h"

struct styler;

enum artem_result styler_create(struct styler **out_styler);
// The app's device, on whose queue the engine may run; it must outlive the styler. Before the first styler_apply.
void styler_set_device(struct styler *styler, const struct vulkan_device *device);
// Waits for a frame in flight, joins the engine's threads. Clears *styler; NULL-safe.
void styler_destroy(struct styler **styler);

// Whether a frame is still being worked on. Until false, its buffers belong to the engine, and nothing can be styled.
// A frame on the device is waited for, at most so long; a late one is not.
bool styler_is_busy(struct styler *styler, uint64_t timeout_ns);
// Whether the latest frame that is not worked on any more has failed: its pictures are not painted.
bool styler_has_failed(struct styler *styler);
// A frame of which the device has a half only: the other half, where the app's queue may be used (*out_any: whether
// there was one); or nothing of it any more.
enum artem_result styler_advance(struct styler *styler, bool *out_any);
void styler_abandon(struct styler *styler);
// Waits for a frame that is being worked on; false if a device does not finish within some seconds: what the frame uses
// must not be freed then. The same frame is waited for so long once.
bool styler_finish(struct styler *styler);

// Whether the engine in use takes the pictures in buffers of the app's device, on its queue: then styler_run does not
// wait for them, and what is submitted to the queue afterwards sees them painted.
bool styler_on_device(struct styler *styler);
// The backend of the engine in use, "" without one.
const char *styler_get_backend(struct styler *styler);
// How often a backend had to take another's place: CUDA, Vulkan, the CPU in this order.
unsigned styler_get_fallbacks(struct styler *styler);

// Follows the settings; `serial` is that of artem_config_get, so that an unchanged file costs nothing and a failure is
// logged once. False if there is no style to work with. A style that cannot be loaded leaves the one before it. Not
// while busy.
bool styler_apply(struct styler *styler, const struct artem_settings *settings, uint32_t serial);

// What the first styler_apply would do, in advance, where the app's queue may not be used: nothing, if that would need
// it.
void styler_prepare(struct styler *styler, const struct artem_settings *settings, uint32_t serial);

// Whether either has done so with these settings.
bool styler_has_followed(struct styler *styler, uint32_t serial);

// The style in use: a serial that changes with it, whenever its statistics begin anew, and when a frame fails that was
// waited for later; and its name (valid until the next apply).
uint64_t styler_get_style(struct styler *styler, const char **out_name);

// The same style as a whole, NULL without one; valid until the next apply.
const struct artem_style *styler_get_current(const struct styler *styler);

// Styles pictures as one batch. ARTEM_TIMEOUT: the engine is late and keeps the buffers (styler_is_busy). On the
// device, success means submitted: call it where the app's queue may be used.
enum artem_result styler_run(struct styler *styler, const struct artem_engine_frame *frame, uint64_t timeout_ns);
// Paintings are to be used on the app's queue, which may be used now: before that, of a detached frame that is done.
enum artem_result styler_rejoin(struct styler *styler);
// Buffers of paintings with these serials are about to go; after styler_finish. False: the queue may use them still.
bool styler_release_buffers(struct styler *styler, const uint64_t *serials, uint32_t count);
// Of the latest frame that is done.
void styler_get_stats(struct styler *styler, struct artem_engine_stats *out_stats);

// Begins the statistics anew and gives the style whose calibration they begin with; a reference, NULL if there is none.
// Not while busy.
struct artem_style *styler_restart(struct styler *styler);

// The id of the network in use, 0 without one.
uint32_t styler_get_network(struct styler *styler);

// The folder that the style, or else any style, would come from; false if there is none.
bool styler_find_folder(const char *style, char *folder, size_t size);

#endif
