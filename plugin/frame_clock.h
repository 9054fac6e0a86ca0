// SPDX-License-Identifier: Apache-2.0
// xrWaitFrame, for the display's period.
#ifndef ARTEM_PLUGIN_FRAME_CLOCK_H
#define ARTEM_PLUGIN_FRAME_CLOCK_H

#include "layer.h"

XRAPI_ATTR XrResult XRAPI_CALL layer_xrWaitFrame(XrSession session, const XrFrameWaitInfo *info, XrFrameState *state);

#endif
