// SPDX-License-Identifier: Apache-2.0
#include "own_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "test.h"

static char config_path[] = "/tmp/artem-test-config.XXXXXX", log_path[] = "/tmp/artem-test-log.XXXXXX";

void own_files_begin(const char *level)
{
    char log[sizeof log_path + 16];

    close(mkstemp(config_path));
    close(mkstemp(log_path));
    setenv("ARTEM_CONFIG", config_path, 1);
    snprintf(log, sizeof log, "%s:%s", level, log_path);
    setenv("ARTEM_LOG", log, 1);
}

void own_files_configure(const char *settings)
{
    char path[sizeof config_path + 4];
    FILE *file;

    snprintf(path, sizeof path, "%s.new", config_path);
    file = fopen(path, "we");
    fprintf(file, "[artem]\nresolution = 64\nbudget_ms = 0\n%s", settings);
    fclose(file);
    rename(path, config_path);
}

unsigned own_files_count_lines(const char *what)
{
    FILE *file = fopen(log_path, "re");
    char line[2048];
    unsigned count = 0;

    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, what) != NULL;
    fclose(file);
    return count;
}

void own_files_forget_log(void)
{
    CHECK(truncate(log_path, 0) == 0);
}

void own_files_end(void)
{
    unlink(config_path);
    unlink(log_path);
}

bool own_files_open_app(const char *settings)
{
    const char *missing;

    own_files_begin("warn");
    own_files_configure(settings);
    missing = app_open(false);
    if (missing == NULL)
        return true;
    fprintf(stderr, "skipped: %s\n", missing);
    own_files_end();
    return false;
}
