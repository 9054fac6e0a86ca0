// SPDX-License-Identifier: Apache-2.0
// VGG-16 for the commands.
#include <unistd.h>

#include "lab.h"
#include "runtime/cache.h"

bool lab_vgg_path(char path[PATH_MAX])
{
    return artem_cache_path("vgg16.safetensors", path, PATH_MAX);
}

bool lab_load_vgg(const char *path, uint32_t layers, struct vgg_weights *out_weights)
{
    char usual[PATH_MAX];

    if (path == NULL && !lab_vgg_path(usual))
        return !cli_error("--weights is needed: there is no HOME to look under");
    path = path != NULL ? path : usual;
    if (access(path, R_OK) != 0)
        return !cli_error("%s: %m; models/fetch-vgg gets VGG-16's weights", path);
    return vgg_weights_load(path, layers, out_weights) == ARTEM_OK;
}
