// SPDX-License-Identifier: Apache-2.0
#include "style_picture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool style_picture_find(const char *style, const char *kind, char out_path[PATH_MAX])
{
    const size_t length = strlen(style) - strlen(".artstyle");

    return snprintf(out_path, PATH_MAX, "%.*s.%s.jpg", (int)length, style, kind) < PATH_MAX &&
           access(out_path, R_OK) == 0;
}

bool style_picture_load(const char *style, const char *kind, struct image *out_image)
{
    char path[PATH_MAX];

    return style_picture_find(style, kind, path) && image_load(path, out_image);
}
