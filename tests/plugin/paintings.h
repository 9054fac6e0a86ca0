// SPDX-License-Identifier: Apache-2.0
// An app that shows numbered pictures to both eyes, and what the CPU paints of them: to tell right paintings from wrong
// ones where backends fail, and nobody knows in advance which pictures are painted, and by whom.
#ifndef ARTEM_TEST_PAINTINGS_H
#define ARTEM_TEST_PAINTINGS_H

#include "device_runs.h"

enum { PICTURES = 5, NO_PICTURE = -1 };

// A session of two eyes whose swapchains the layer knows already. Its settings are those of runs_configure.
void paintings_open(void);
// The same swapchains made anew, which the layer knows from their first frame on.
void paintings_renew_swapchains(void);
// A session with swapchains, and the frame by which the layer knows them.
void paintings_begin_session(void);
void paintings_renew_session(void);
// Begins a frame in which this picture is drawn.
void paintings_draw(unsigned picture);

// A frame in which it is, then, frame after frame, until there is a painting of one of them, whoever has made it.
void paintings_show(unsigned picture);
void paintings_show_until_styled(unsigned picture);
bool paintings_is_styled(void); // the latest frame

// What the CPU paints when only the pictures of these bits are shown.
enum { PAINTINGS_MAX = 32, EYES = 2 };
struct paintings {
    uint32_t pictures;
    uint64_t frames[PAINTINGS_MAX][EYES];
};
void paintings_paint(uint32_t pictures, struct paintings *out_paintings);

// For paintings_find, by the CPU: pictures in order from each of them on, which is what an engine paints whose
// statistics begin there; and all without each of them.
void paintings_make(void);
// Which picture the latest frame shows the painting of, looked for from `latest` backwards; NO_PICTURE: none, or not in
// both eyes.
int paintings_find(unsigned latest);
// Whether it is as the app handed it over.
bool paintings_is_original(void);

#endif
