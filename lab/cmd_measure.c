// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "dnn.h"
#include "lab.h"
#include "measure.h"
#include "optimize_job.h"

static int measure(const struct optimize_job *job, const struct vgg_weights *weights,
                   const struct lab_picture pictures[3])
{
    struct objective_terms terms;

    dnn_set_threads(job->options.threads);
    const enum artem_result result =
        lab_measure(weights, &job->options.objective, job->options.size, job->options.style_size, &pictures[0],
                    &pictures[1], &pictures[2], &terms);
    if (result != ARTEM_OK)
        return cli_error("%s cannot be measured: %s", job->picture, artem_result_string(result));
    printf("total       %.6g\ncontent     %.6g\nstyle       %.6g\nvariation   %.6g\n", terms.total, terms.content,
           terms.style, terms.variation);
    return cli_finish_output();
}

int lab_measure_command(int argc, char **argv)
{
    struct optimize_job job;
    struct optimize_networks networks = {{0}, {0}};
    struct lab_picture pictures[3] = {{0}};
    int status = optimize_job_parse_measure(argc, argv, &job);

    if (status != CLI_OK)
        return status;
    if (!lab_picture_load(job.picture, &pictures[0]) || !lab_picture_load(job.content, &pictures[1]) ||
        !lab_picture_load(job.style, &pictures[2]) ||
        !optimize_job_is_large_enough(job.content, &pictures[1], job.options.size) ||
        !optimize_job_is_large_enough(job.style, &pictures[2], job.options.style_size))
        status = CLI_ERROR;
    if (status == CLI_OK)
        status = optimize_job_load_networks(&job, &networks);
    if (status == CLI_OK)
        status = measure(&job, &networks.painter, pictures);
    optimize_networks_free(&networks);
    for (int i = 0; i < 3; i++)
        lab_picture_free(&pictures[i]);
    return status;
}
