// SPDX-License-Identifier: Apache-2.0
#include "paced.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

struct paced_row paced_rows[PACED_ROWS_MAX];
unsigned paced_row_count;

static const char *field(char *line, const char *header, const char *name, char *out)
{
    const char *column = header;

    out[0] = '\0';
    while (line != NULL && strncmp(column, name, strlen(name)) != 0) {
        column = strchr(column, ',') + 1;
        line = strchr(line, ',');
        line = line != NULL ? line + 1 : NULL;
    }
    if (line != NULL)
        snprintf(out, 16, "%.*s", (int)strcspn(line, ",\n"), line);
    return out;
}

void paced_read_log(const char *path)
{
    char header[1024] = "", line[1024], text[16];
    FILE *file = fopen(path, "r");

    paced_row_count = 0;
    CHECK(file != NULL);
    while (file != NULL && fgets(line, sizeof line, file) != NULL && paced_row_count < PACED_ROWS_MAX) {
        struct paced_row *row = &paced_rows[paced_row_count];

        if (strncmp(line, "frame,", 6) == 0)
            strcpy(header, line);
        if (line[0] < '0' || line[0] > '9')
            continue;
        field(line, header, "decision,", row->decision);
        field(line, header, "pace,", row->pace);
        field(line, header, "change,", row->change);
        row->age_ms = atof(field(line, header, "style_age_ms,", text));
        row->budget_ms = atof(field(line, header, "budget_ms,", text));
        row->load_ms = atof(field(line, header, "load_ms,", text));
        row->height = (unsigned)atoi(field(line, header, "style_height,", text));
        row->engine_views = (unsigned)atoi(field(line, header, "engine_views,", text));
        paced_row_count++;
    }
    if (file != NULL)
        fclose(file);
}

unsigned paced_count_changes(const char *reason)
{
    unsigned count = 0;

    for (unsigned i = 0; i < paced_row_count; i++)
        count += paced_rows[i].change[0] != '\0' && (reason == NULL || strcmp(paced_rows[i].change, reason) == 0);
    return count;
}
