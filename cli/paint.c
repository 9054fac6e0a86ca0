// SPDX-License-Identifier: Apache-2.0
#include "paint.h"

enum artem_result cli_run_frame(struct artem_engine *engine, const struct artem_engine_frame *frame)
{
    enum artem_result result = artem_engine_submit(engine, frame);

    if (result != ARTEM_OK)
        return result;
    do
        result = artem_engine_wait(engine, UINT64_MAX);
    while (result == ARTEM_TIMEOUT);
    return result;
}

const struct artem_kernels *cli_kernels(void)
{
    static struct artem_kernels kernels;

    if (kernels.scale_rows == NULL) {
        artem_kernels_select(&kernels, artem_cpu_detect());
        artem_kernels_check(&kernels);
    }
    return &kernels;
}
