// SPDX-License-Identifier: Apache-2.0
// The pictures that lie beside a style's file: a scene as the style paints it.
#ifndef ARTEM_PICTURES_STYLE_PICTURE_H
#define ARTEM_PICTURES_STYLE_PICTURE_H

#include <limits.h>
#include <stdbool.h>

#include "image.h"

// STYLE: path of a .artstyle file. KIND: "preview" (384 x 384) or "thumb" (96 x 96). False if there is none.
bool style_picture_find(const char *style, const char *kind, char out_path[PATH_MAX]);
// False also, after a message, if it cannot be read.
bool style_picture_load(const char *style, const char *kind, struct image *out_image);

#endif
