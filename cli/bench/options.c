// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "../cli.h"
#include "bench.h"

bool bench_parse_number(const char *text, double low, double high, double *out)
{
    char *end;
    const double value = strtod(text, &end);

    if (end == text || *end != '\0' || !(value >= low && value <= high))
        return false;
    *out = value;
    return true;
}

bool bench_parse_count(const char *text, double high, uint32_t *out)
{
    double value;

    if (!bench_parse_number(text, 1, high, &value) || value != (double)(uint32_t)value)
        return false;
    *out = (uint32_t)value;
    return true;
}

bool bench_json_open(struct bench_json *json, const char *path, const char *command, struct bench *bench)
{
    *json = (struct bench_json){path, NULL, NULL};
    if (path == NULL)
        return true;
    json->file = fopen(path, "we");
    if (json->file == NULL)
        return cli_error("%s: %m", path) == CLI_OK;
    json->root = json_begin(command);
    bench->rows = cJSON_AddArrayToObject(json->root, "rows");
    return true;
}

bool bench_json_close(struct bench_json *json)
{
    if (json->file == NULL)
        return true;
    char *text = cJSON_Print(json->root);
    bool good = text != NULL && fprintf(json->file, "%s\n", text) > 0;

    good = fclose(json->file) == 0 && good;
    cJSON_free(text);
    cJSON_Delete(json->root);
    return good || cli_error("%s cannot be written", json->path) == CLI_OK;
}
