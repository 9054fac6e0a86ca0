// SPDX-License-Identifier: Apache-2.0
// What a job is given: is it there, and does it serve?
#include <unistd.h>

#include "lab.h"
#include "optimize_job.h"
#include "runtime/cache.h"

bool optimize_job_is_large_enough(const char *path, const struct lab_picture *picture, uint32_t size)
{
    uint32_t width, height;

    lab_picture_fit(picture, size, &width, &height);
    if (width >= OBJECTIVE_SIDE_MIN && height >= OBJECTIVE_SIDE_MIN)
        return true;
    cli_error("%s: would be %u x %u pixels; no side may have fewer than %d", path, width, height, OBJECTIVE_SIDE_MIN);
    return false;
}

int optimize_job_load_weights(struct optimize_job *job, struct vgg_weights *out_weights)
{
    if (job->weights[0] == '\0' && !artem_cache_path("vgg16.safetensors", job->weights, sizeof job->weights))
        return cli_error("--weights is needed: there is no HOME to look under");
    if (access(job->weights, R_OK) != 0)
        return cli_error("%s: %m; models/fetch-vgg gets VGG-16's weights", job->weights);
    const uint32_t layers = objective_last_layer(&job->options.objective) + 1;
    return vgg_weights_load(job->weights, layers, out_weights) == ARTEM_OK ? CLI_OK : CLI_ERROR;
}
