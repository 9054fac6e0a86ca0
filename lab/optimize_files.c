// SPDX-License-Identifier: Apache-2.0
// What a job is given: is it there, and does it serve?
#include <unistd.h>

#include "artem/log.h"
#include "lab.h"
#include "optimize_job.h"

bool optimize_job_is_large_enough(const char *path, const struct lab_picture *picture, uint32_t size)
{
    uint32_t width, height;

    lab_picture_fit(picture, size, &width, &height);
    if (width >= OBJECTIVE_SIDE_MIN && height >= OBJECTIVE_SIDE_MIN)
        return true;
    cli_error("%s: would be %u x %u pixels; no side may have fewer than %d", path, width, height, OBJECTIVE_SIDE_MIN);
    return false;
}

int optimize_job_load_networks(const struct optimize_job *job, struct optimize_networks *out)
{
    const uint32_t layers = objective_last_layer(&job->options.objective) + 1;
    char usual[PATH_MAX];

    *out = (struct optimize_networks){{0}, {0}};
    if (job->network == NULL)
        return lab_load_vgg(job->weights, layers, &out->painter) ? CLI_OK : CLI_ERROR;
    if (binary_weights_load(job->network, layers, &out->painter) != ARTEM_OK)
        return CLI_ERROR;
    if (job->judge != NULL || job->options.judges_all || job->options.correct > 0)
        return lab_load_vgg(job->judge, layers, &out->judge) ? CLI_OK : CLI_ERROR;
    // Nobody asked for a judge: it looks on if it is there.
    if (lab_vgg_path(usual) && access(usual, R_OK) == 0 && !lab_load_vgg(usual, layers, &out->judge)) {
        artem_log(ARTEM_LOG_WARN, "there is no judge of what is painted");
        vgg_weights_free(&out->judge);
    }
    return CLI_OK;
}

void optimize_networks_free(struct optimize_networks *networks)
{
    vgg_weights_free(&networks->painter);
    vgg_weights_free(&networks->judge);
}
