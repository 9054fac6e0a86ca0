// SPDX-License-Identifier: Apache-2.0
#include "upsample.h"

#include <stdlib.h>
#include <string.h>

#include "artem/geometry.h"
#include "paint.h"

enum { FULL_STRENGTH = 256 };

enum artem_result lab_upsample(const struct lab_picture *painting, const struct lab_picture *photo,
                               struct lab_picture *out)
{
    const size_t stride = (size_t)photo->width * 4;
    uint8_t *original = NULL, *result = NULL;
    struct painting p = {.width = photo->width,
                         .height = photo->height,
                         .style_width = painting->width,
                         .style_height = painting->height,
                         .stride = stride};

    memset(out, 0, sizeof *out);
    if (!geometry_can_scale(p.width, p.height, p.style_width, p.style_height))
        return ARTEM_ERROR_ARGUMENT;
    original = malloc(stride * photo->height);
    result = malloc(stride * photo->height);
    const bool good = original != NULL && result != NULL && painting_reserve(&p) &&
                      lab_picture_allocate(photo->width, photo->height, out);
    if (good) {
        lab_picture_to_rgba(photo, original);
        p.original = original;
        painting_scale(&p);
        lab_picture_to_rgba(painting, p.styled);
        painting_composite(&p, FULL_STRENGTH, 0, result, stride);
        lab_picture_from_rgba(result, out);
    }
    painting_free(&p);
    free(original);
    free(result);
    return good ? ARTEM_OK : ARTEM_ERROR_MEMORY;
}
