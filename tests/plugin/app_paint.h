// SPDX-License-Identifier: Apache-2.0
// The app's drawing.
#ifndef ARTEM_TEST_APP_PAINT_H
#define ARTEM_TEST_APP_PAINT_H

#include "app.h"

// Picture number `seed`, which fills every pixel with noise, flat areas and extremes: any bits that the format can
// hold. Multisampled images get coloured tiles. Depth images are left alone. The queue must be free.
void app_paint_image(const struct app_swapchain *swapchain, unsigned image, uint32_t seed);
// Frees what drawing needed.
void app_paint_forget(void);

#endif
