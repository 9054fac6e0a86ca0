// SPDX-License-Identifier: Apache-2.0
#include "layer_list.h"

#include <stdlib.h>
#include <string.h>

static bool reserve(struct layer_list *list, uint32_t count)
{
    const XrCompositionLayerBaseHeader **layers;

    if (list->capacity >= count)
        return true;
    layers = realloc(list->layers, count * sizeof(XrCompositionLayerBaseHeader *));
    if (layers == NULL)
        return false;
    list->layers = layers;
    list->capacity = count;
    return true;
}

bool layer_list_copy(struct layer_list *list, const XrFrameEndInfo *info, uint32_t more)
{
    if (!reserve(list, info->layerCount + more))
        return false;
    memcpy(list->layers, info->layers, info->layerCount * sizeof(XrCompositionLayerBaseHeader *));
    return true;
}
