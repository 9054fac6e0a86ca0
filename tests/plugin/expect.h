// SPDX-License-Identifier: Apache-2.0
// What a styled frame must look like, by the reference kernels, on the pixels that the runtime read.
#ifndef ARTEM_TEST_EXPECT_H
#define ARTEM_TEST_EXPECT_H

#include "app.h"

// How the app's frame reached the runtime.
enum expect_result {
    EXPECT_ORIGINAL, // no view was replaced
    EXPECT_STYLED,   // every view of every projection layer was, and every pixel is right
    EXPECT_PARTLY,   // some were, and every pixel is right
    EXPECT_WRONG     // some pixel or value is not
};

// Quad layers of the layer's own that follow the app's layers in the latest frame, found by expect_frame.
enum { EXPECT_PANELS_MAX = 2 };
struct expect_panel {
    XrCompositionLayerQuad layer;
    const uint8_t *pixels; // valid until the next frame
    int64_t format;
    int width, height;
};
extern struct expect_panel expect_panels[EXPECT_PANELS_MAX];
extern unsigned expect_panel_count;

// Compares the latest frame with app.frame, in which nothing was drawn since. Prints what is wrong.
enum expect_result expect_frame(void);
const char *expect_name(enum expect_result result);

// The style resolution that frames are painted at, as the settings say.
extern uint32_t expect_resolution;
// What becomes of a painting, RGBA8, before it is put together with the app's picture; NULL: nothing. How far bytes may
// be off then.
extern void (*expect_mix)(const struct mock_view *view, uint8_t *styled, uint32_t w, uint32_t h);
extern int expect_tolerance;
// Whether the view's rect is the painting of this slice of an image of the app, at this style size.
bool expect_is_painting(const struct mock_view *view, const uint8_t *stored, uint32_t w, uint32_t h);

// A view of the latest frame; NULL if there is none.
const struct mock_view *expect_view(unsigned layer, unsigned view);
bool expect_is_original(void);
bool expect_is_styled(void); // and right

#endif
