// SPDX-License-Identifier: Apache-2.0
// The command line of artem-demo.
#ifndef ARTEM_DEMO_OPTIONS_H
#define ARTEM_DEMO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "pose_path.h"

enum demo_layout { LAYOUT_EYES, LAYOUT_SIDE_BY_SIDE, LAYOUT_ARRAY };

enum demo_format {
    FORMAT_RGBA8_SRGB,
    FORMAT_BGRA8_SRGB,
    FORMAT_RGBA8_UNORM,
    FORMAT_BGRA8_UNORM,
    FORMAT_RGBA16_UNORM,
    FORMAT_RGBA16F,
    FORMAT_A2B10G10R10,
    FORMAT_COUNT
};

enum demo_alpha { ALPHA_PREMULTIPLIED, ALPHA_STRAIGHT };
enum demo_blend { BLEND_OPAQUE, BLEND_ADDITIVE, BLEND_ALPHA };
enum demo_binding { BINDING_VULKAN, BINDING_VULKAN2 };

struct demo_options {
    enum demo_layout layout;
    enum demo_format format;
    enum demo_alpha alpha;
    enum demo_blend blend;
    enum demo_binding binding;
    enum pose_path path;
    bool format_given; // else the first of ours that the runtime offers
    bool depth, is_static, dynamic_rect, fade, window, desktop, validate, verbose;
    bool quad, cylinder, equirect, quad_views;
    uint32_t msaa, msaa_swapchain; // 1, 2 or 4
    uint32_t resubmit;             // a new image every N-th frame
    uint32_t layers;               // projection layers: 1 or 2
    uint32_t width, height;        // per eye; 0: the runtime's recommendation
    uint64_t frames;               // 0: no limit
    double seconds;                // 0: no limit
    double step;                   // seconds per frame; 0: time is the runtime's or the clock
    uint32_t seed;
    uint32_t cut_every;     // frames between teleports; 0: none
    uint64_t screenshot_at; // frame number, the first is 0
    const char *screenshot; // borrowed from argv, as is scene
    const char *scene;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_BAD };

// Fills in defaults, then what argv says. OPTIONS_HELP: the help was printed on standard output. OPTIONS_BAD: the
// reason was printed on standard error. Not thread-safe (getopt).
enum options_result options_parse(int argc, char **argv, struct demo_options *out);

// Name on the command line, e.g. "rgba8_srgb".
const char *options_format_name(enum demo_format format);

#endif
