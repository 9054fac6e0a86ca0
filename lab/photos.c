// SPDX-License-Identifier: Apache-2.0
#include "photos.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static bool load_square(const char *path, uint32_t side, struct lab_picture *out_picture)
{
    struct lab_picture picture;

    if (!lab_picture_load(path, &picture))
        return false;
    const uint32_t shorter = picture.width < picture.height ? picture.width : picture.height;
    const uint32_t left = (picture.width - shorter) / 2, top = (picture.height - shorter) / 2;
    for (uint32_t y = 0; y < shorter; y++) // to the front: never over what is still needed
        memmove(picture.rgb + (size_t)y * shorter * 3, picture.rgb + ((size_t)(top + y) * picture.width + left) * 3,
                (size_t)shorter * 3 * sizeof(float));
    picture.width = picture.height = shorter;
    const bool good = lab_picture_scale(&picture, side, side, out_picture);
    lab_picture_free(&picture);
    return good || !cli_error("%s: out of memory", path);
}

bool photos_load(const char *const paths[], uint32_t count, uint32_t side, struct photos *out_photos)
{
    *out_photos =
        (struct photos){.path = calloc(count, sizeof(char *)), .picture = calloc(count, sizeof(struct lab_picture))};
    bool good = out_photos->path != NULL && out_photos->picture != NULL;

    if (!good)
        cli_error("out of memory");
    for (uint32_t i = 0; good && i < count; i++) {
        out_photos->count = i + 1;
        out_photos->path[i] = strdup(paths[i]);
        good = out_photos->path[i] != NULL ? load_square(paths[i], side, &out_photos->picture[i])
                                           : !cli_error("out of memory");
    }
    if (!good)
        photos_free(out_photos);
    return good;
}

static int is_picture(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && dot != entry->d_name &&
           (strcasecmp(dot, ".png") == 0 || strcasecmp(dot, ".jpg") == 0 || strcasecmp(dot, ".jpeg") == 0);
}

bool photos_load_folder(const char *folder, uint32_t most, uint32_t side, struct photos *out_photos)
{
    struct dirent **entries = NULL;
    const int found = scandir(folder, &entries, is_picture, alphasort);
    const uint32_t count = found <= 0 ? 0 : (uint32_t)found < most ? (uint32_t)found : most;
    char **paths = calloc(count + 1, sizeof *paths);
    bool good = found > 0 && paths != NULL;

    memset(out_photos, 0, sizeof *out_photos);
    if (found < 0)
        cli_error("%s: %m", folder);
    else if (!good)
        cli_error(found == 0 ? "%s: has no pictures" : "%s: out of memory", folder);
    for (uint32_t i = 0; good && i < count; i++)
        good = asprintf(&paths[i], "%s/%s", folder, entries[(uint64_t)i * (uint64_t)found / count]->d_name) >= 0;
    if (good)
        good = photos_load((const char *const *)paths, count, side, out_photos);
    for (uint32_t i = 0; paths != NULL && i < count; i++)
        free(paths[i]);
    for (int i = 0; i < found; i++)
        free(entries[i]);
    free(entries);
    free(paths);
    return good;
}

void photos_free(struct photos *photos)
{
    for (uint32_t i = 0; i < photos->count; i++) {
        free(photos->path[i]);
        lab_picture_free(&photos->picture[i]);
    }
    free(photos->path);
    free(photos->picture);
    memset(photos, 0, sizeof *photos);
}
