// SPDX-License-Identifier: Apache-2.0
#include "kernel_choice.h"

#include <stdio.h>
#include <string.h>

#include "artem/file.h"
#include "artem/log.h"

enum artem_cpu artem_cpu_chosen(void)
{
    const enum artem_cpu best = artem_cpu_detect();
    const char *name = artem_user_env("ARTEM_CPU");
    char known[128] = "";
    size_t length = 0;

    if (name == NULL)
        return best;
    for (int i = ARTEM_CPU_C; i < ARTEM_CPU_COUNT; i++) {
        const enum artem_cpu cpu = (enum artem_cpu)i;
        if (!artem_cpu_supported(cpu))
            continue;
        if (strcmp(name, artem_cpu_name(cpu)) == 0)
            return cpu;
        length += (size_t)snprintf(known + length, sizeof known - length, "%s%s", length > 0 ? ", " : "",
                                   artem_cpu_name(cpu));
    }
    artem_log(ARTEM_LOG_WARN, "ARTEM_CPU: this machine or build has no \"%s\", only %s; %s is used", name, known,
              artem_cpu_name(best));
    return best;
}
