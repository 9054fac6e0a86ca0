// SPDX-License-Identifier: Apache-2.0
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "report.h"

cJSON *json_begin(const char *command)
{
    cJSON *root = cJSON_CreateObject();
    const char *space = strrchr(command, ' ');

    cJSON_AddStringToObject(root, "artem", ARTEM_VERSION);
    cJSON_AddStringToObject(root, "command", space != NULL ? space + 1 : command);
    return root;
}

void json_add_number(cJSON *object, const char *name, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, name, round(value * 1e4) / 1e4);
    else
        cJSON_AddNullToObject(object, name);
}

// Names, titles and paths are anybody's bytes, JSON is UTF-8.
static void clean_texts(cJSON *item)
{
    for (cJSON *child = item->child; child != NULL; child = child->next)
        clean_texts(child);
    if (!cJSON_IsString(item))
        return;
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (file == NULL)
        return;
    report_write_text(file, item->valuestring, NULL);
    if (fclose(file) == 0)
        cJSON_SetValuestring(item, text);
    free(text);
}

int json_finish(cJSON *root, bool on_one_line)
{
    clean_texts(root);
    char *text = on_one_line ? cJSON_PrintUnformatted(root) : cJSON_Print(root);

    cJSON_Delete(root);
    if (text == NULL)
        return cli_error("out of memory");
    puts(text);
    cJSON_free(text);
    return cli_finish_output();
}
