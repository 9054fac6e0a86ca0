// SPDX-License-Identifier: Apache-2.0
// A frame's list of composition layers, copied to be changed.
#ifndef ARTEM_PLUGIN_LAYER_LIST_H
#define ARTEM_PLUGIN_LAYER_LIST_H

#include "layer.h"

// All 0 at first; `layers` is the owner's to free.
struct layer_list {
    const XrCompositionLayerBaseHeader **layers;
    uint32_t capacity;
};

// The app's list, with room for so many more. False, and the list is as it was, if memory is short.
bool layer_list_copy(struct layer_list *list, const XrFrameEndInfo *info, uint32_t more);

#endif
