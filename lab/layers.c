// SPDX-License-Identifier: Apache-2.0
#include "layers.h"

#include <stdlib.h>
#include <string.h>

bool layers_parse(const char *text, float weights[VGG_LAYERS])
{
    float parsed[VGG_LAYERS] = {0};

    do {
        const size_t length = strcspn(text, ":,");
        char name[16] = "", *end;
        double weight = 1;
        if (length >= sizeof name)
            return false;
        memcpy(name, text, length);
        const uint32_t layer = vgg_layer_by_name(name);
        text += length;
        if (layer == VGG_LAYERS || parsed[layer] > 0)
            return false;
        if (*text == ':') {
            weight = strtod(text + 1, &end);
            if (end == text + 1 || !(weight >= 1e-9 && weight <= 1e9))
                return false;
            text = end;
        }
        parsed[layer] = (float)weight;
        if (*text != ',' && *text != '\0')
            return false;
    } while (*text++ == ',');
    memcpy(weights, parsed, sizeof parsed);
    return true;
}
