// SPDX-License-Identifier: Apache-2.0
#include "device_reports.h"

#include <stdio.h>

#include "json.h"

void device_reports_add(const struct artem_engine *engine, cJSON *object, const char *name)
{
    struct artem_device_report reports[ARTEM_DEVICES_MAX];
    const uint32_t count = artem_engine_get_devices(engine, reports);
    cJSON *list = count > 0 && object != NULL ? cJSON_AddArrayToObject(object, name) : NULL;

    for (uint32_t i = 0; i < count && list != NULL; i++) {
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "device", reports[i].name);
        cJSON_AddBoolToObject(o, "failed", reports[i].failed);
        cJSON_AddNumberToObject(o, "parts", reports[i].parts);
        cJSON_AddNumberToObject(o, "cells", (double)reports[i].cells);
        cJSON_AddNumberToObject(o, "halo_cells", (double)reports[i].halo);
        json_add_number(o, "ms", reports[i].milliseconds);
        cJSON_AddItemToArray(list, o);
    }
}

double device_reports_describe(const struct artem_engine *engine, char *out, size_t size)
{
    struct artem_device_report reports[ARTEM_DEVICES_MAX];
    const uint32_t count = artem_engine_get_devices(engine, reports);
    uint64_t cells = 0, halo = 0;
    size_t length = 0;

    *out = '\0';
    for (uint32_t i = 0; i < count; i++) {
        cells += reports[i].cells;
        halo += reports[i].halo;
    }
    for (uint32_t i = 0; i < count && cells > 0 && length < size; i++)
        length +=
            (size_t)snprintf(out + length, size - length, "%s%s %.0f %%%s", i > 0 ? ", " : "", reports[i].name,
                             100 * (double)reports[i].cells / (double)cells, reports[i].failed ? " (failed)" : "");
    return cells > 0 ? (double)halo / (double)cells : 0;
}
