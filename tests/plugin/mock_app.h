// SPDX-License-Identifier: Apache-2.0
// An app that draws numbered pictures for two eyes, calling the layer's functions as a loader would have it do.
#ifndef ARTEM_TEST_MOCK_APP_H
#define ARTEM_TEST_MOCK_APP_H

#include "mock_runtime.h"
#include "vulkan_device.h"

enum {
    WIDTH = 60,
    HEIGHT = 44,
    RESOLUTION = 64 // of test.conf, above the pictures: their own size is used
};

struct mock_app {
    struct vulkan_device_params vulkan;
    XrSwapchain eyes[2];
    uint8_t seed; // of the next picture
    // The frame that app_end hands over, for tests to change.
    XrCompositionLayerProjectionView views[2];
    XrCompositionLayerDepthInfoKHR depth[2];
    XrCompositionLayerProjection projection;
    XrCompositionLayerQuad quad;
    const XrCompositionLayerBaseHeader *layers[2];
    XrFrameEndInfo frame;
};

extern struct mock_app app;

XrSwapchainCreateInfo app_swapchain_info(void);
// An instance and a session; with `enable2`, Vulkan comes through the runtime.
void app_start(bool enable2);
// The usual: with enable2 and app_swapchain_info.
void app_start_normal(void);
// Both eyes' swapchains, and the frame that shows them.
void app_make_swapchains(const XrSwapchainCreateInfo *info);
void app_build_frame(void);
// Checks that everything is gone afterwards, and that nothing used the queue where it must not.
void app_stop(void);

void app_make_picture(uint8_t *data, uint8_t value);
// A new picture for one eye. Returns what the release returned.
XrResult app_draw(int eye);
XrResult app_end(void);
// Both eyes and the end of the frame, which must succeed.
void app_frame(void);

#endif
