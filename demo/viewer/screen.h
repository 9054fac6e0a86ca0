// SPDX-License-Identifier: Apache-2.0
// The window with its Vulkan device: shows canvases, byte by byte as they are. One thread.
#ifndef ARTEM_VIEWER_SCREEN_H
#define ARTEM_VIEWER_SCREEN_H

#include "canvas.h"
#include "input.h"
#include "painter.h"
#include "vk_frames.h"
#include "window.h"

struct screen {
    struct window window;
    struct gpu gpu;
    struct painter_gpu made;
    struct frames frames;
    struct gpu_buffer staging[RENDERER_SLOTS];
    VkDeviceSize room[RENDERER_SLOTS];
    bool full;               // the window covers the monitor
    int x, y, width, height; // of the window before it did
};

// WIDTH x HEIGHT pixels, made smaller where the monitor is. Prints why on failure; close accepts a half-made screen.
// Both structures must stay where they are.
bool screen_open(struct screen *screen, struct input *input, uint32_t width, uint32_t height, bool validate);
void screen_close(struct screen *screen);

// Handles events; waits for some, at most so long, 0 not at all. False once the user has closed the window.
bool screen_poll(struct screen *screen, double seconds);
// The size to draw for; 0 x 0 while minimised.
bool screen_size(struct screen *screen, uint32_t *out_width, uint32_t *out_height);
// *out_shown: false where the window could not be drawn to just now, or has got another size.
bool screen_show(struct screen *screen, const struct canvas *canvas, bool *out_shown);

void screen_set_full(struct screen *screen, bool full);
void screen_set_title(struct screen *screen, const char *title);
// Pixels of the interface: 2 on usual displays, more on dense ones.
int screen_scale(const struct screen *screen);

#endif
