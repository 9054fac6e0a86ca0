// SPDX-License-Identifier: Apache-2.0
// ARTEM_CAPTURE=DIR:N,N,...: writes the styled frames number N of a session (counted from 0), before and after, as PPM
// files of sRGB code values. For demos and bug reports; such a frame takes as long
// as the disk does.
#ifndef ARTEM_PLUGIN_FRAME_DUMP_H
#define ARTEM_PLUGIN_FRAME_DUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "vk_target.h"

struct frame_dump;

// NULL without (or with a malformed) ARTEM_CAPTURE, in privileged processes, or when memory is short.
struct frame_dump *frame_dump_create(void);
void frame_dump_destroy(struct frame_dump **dump); // NULL-safe

// Whether the styled frame number `frame` is to be written. dump may be NULL.
bool frame_dump_wants(const struct frame_dump *dump, uint64_t frame);

// Writes DIR/frameNNNNNN-EYE-before.ppm and -after.ppm of a picture of the target, after its composite. Uses the app's
// queue. A failure is logged and nothing else.
void frame_dump_write(const struct frame_dump *dump, uint64_t frame, uint32_t view, struct vk_target *target,
                      unsigned picture);

#endif
