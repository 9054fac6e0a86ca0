// SPDX-License-Identifier: Apache-2.0
// Reading a log of frames: CSV, or JSON Lines by its first character.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "progress.h"
#include "report.h"

enum { COLUMNS_MAX = 64 };

// How a line is read.
struct reading {
    struct report_log *log;
    bool json;
    char *header; // of the CSV, cut into its names
    const char *columns[COLUMNS_MAX];
    size_t column_count;
    const char *why;
};

void report_set_meta(struct report_log *log, const char *key, const char *value)
{
    size_t at = 0;

    if (strcmp(key, "opened") == 0)
        log->sessions++;
    while (at < log->meta_count && strcmp(log->meta[at].key, key) != 0)
        at++;
    if (at == REPORT_META_MAX)
        return;
    char *copy = strdup(value);
    if (!copy)
        return;
    if (at < log->meta_count) {
        free(log->meta[at].value);
    } else {
        log->meta[at].key = strdup(key);
        if (!log->meta[at].key) {
            free(copy);
            return;
        }
        log->meta_count++;
    }
    log->meta[at].value = copy;
}

const char *report_log_meta(const struct report_log *log, const char *key)
{
    for (size_t i = 0; i < log->meta_count; i++)
        if (strcmp(log->meta[i].key, key) == 0)
            return log->meta[i].value;
    return NULL;
}

static bool add_frame(struct report_log *log, const struct artem_frame_record *frame)
{
    if (log->count == log->capacity) {
        size_t capacity = log->capacity ? 2 * log->capacity : 1024;
        struct artem_frame_record *frames = realloc(log->frames, capacity * sizeof *frames);
        if (!frames)
            return false;
        log->frames = frames;
        log->capacity = capacity;
    }
    log->frames[log->count++] = *frame;
    return true;
}

// ---- CSV ----

// Cuts at commas; fields have no quotes. Returns their number.
static size_t cut_fields(char *line, const char *fields[COLUMNS_MAX])
{
    size_t count = 0;

    for (char *field = line; field && count < COLUMNS_MAX; count++) {
        fields[count] = field;
        field = strchr(field, ',');
        if (field)
            *field++ = '\0';
    }
    return count;
}

static bool read_header(struct reading *r, const char *line)
{
    char *copy = strdup(line);

    if (!copy) {
        r->why = "out of memory";
        return false;
    }
    free(r->header);
    r->header = copy;
    r->column_count = cut_fields(r->header, r->columns);
    return true;
}

static bool read_csv_frame(struct reading *r, char *line, struct artem_frame_record *frame)
{
    static char why[128];
    const char *fields[COLUMNS_MAX];
    unsigned seen = 0;

    if (r->column_count == 0) {
        r->why = "not a log of Art'Em (its first line is not frame,...)";
        return false;
    }
    size_t count = cut_fields(line, fields);
    if (count != r->column_count) {
        snprintf(why, sizeof why, "%zu fields, but the header has %zu", count, r->column_count);
        r->why = why;
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!report_set_field(frame, r->columns[i], fields[i], &seen, &r->why))
            return false;
    r->why = "a column is missing: frame, decision or layer_ms";
    return seen == REPORT_SEEN_ALL;
}

static bool read_csv_line(struct reading *r, char *line, struct artem_frame_record *frame, bool *has_frame)
{
    if (line[0] == '#') {
        char *key = line + 1 + strspn(line + 1, " "), *equals = strchr(key, '=');
        if (equals) {
            *equals = '\0';
            report_set_meta(r->log, key, equals + 1);
        }
        return true;
    }
    if (strncmp(line, "frame,", 6) == 0)
        return read_header(r, line);
    *has_frame = true;
    return read_csv_frame(r, line, frame);
}

// ---- Lines of either kind ----

static bool read_line(struct reading *r, char *line)
{
    struct artem_frame_record frame;
    bool has_frame = false, is_meta = false, good;

    artem_frame_record_init(&frame);
    frame.layer_ms = frame.network_ms = frame.capture_ms = frame.composite_ms = frame.interval_ms = NAN;
    frame.budget_ms = NAN;
    if (line[0] == '\0')
        return true;
    if (r->json) {
        good = report_json_line(r->log, line, &frame, &is_meta, &r->why);
        has_frame = good && !is_meta;
    } else {
        good = read_csv_line(r, line, &frame, &has_frame);
    }
    if (!good || !has_frame)
        return good;
    r->why = r->log->count >= REPORT_FRAMES_MAX ? "too many frames" : "out of memory";
    return r->log->count < REPORT_FRAMES_MAX && add_frame(r->log, &frame);
}

static bool read_lines(struct reading *r, FILE *file, const char *path, off_t size)
{
    struct progress progress = {0};
    char *line = NULL;
    size_t capacity = 0, number = 0;
    ssize_t length;
    bool good = true;

    while (good && (length = getline(&line, &capacity, file)) >= 0) {
        bool whole = length > 0 && line[length - 1] == '\n';
        if (whole)
            line[--length] = '\0';
        if (length > 0 && line[length - 1] == '\r')
            line[--length] = '\0';
        if (number % 4096 == 4095)
            progress_show(&progress, size > 0 ? (double)ftello(file) / (double)size : 0, "%zu lines", number + 1);
        if (number++ == 0)
            r->json = line[0] == '{';
        r->why = "a NUL byte; is this a text file?";
        good = strlen(line) == (size_t)length && read_line(r, line);
        if (!good && !whole && number > 1) {
            r->log->cut_off = good = true; // an app that is running, or was killed
            break;
        }
        if (!good) {
            progress_hide(&progress);
            cli_error("%s:%zu: %s", path, number, r->why);
        }
    }
    progress_hide(&progress);
    free(line);
    if (good && ferror(file)) {
        cli_error("%s: %m", path);
        return false;
    }
    return good;
}

bool report_log_read(const char *path, struct report_log *out_log)
{
    struct reading reading = {.log = out_log};
    struct stat st;

    memset(out_log, 0, sizeof *out_log);
    FILE *file = fopen(path, "re");
    if (!file || fstat(fileno(file), &st) != 0) {
        cli_error("%s: %m", path);
        if (file)
            fclose(file);
        return false;
    }
    bool good = false;
    if (S_ISDIR(st.st_mode))
        cli_error("%s: is a folder", path);
    else
        good = read_lines(&reading, file, path, st.st_size);
    if (good && out_log->count == 0) {
        cli_error("%s: there are no frames in it", path);
        good = false;
    }
    free(reading.header);
    fclose(file);
    if (!good)
        report_log_free(out_log);
    return good;
}

void report_log_free(struct report_log *log)
{
    for (size_t i = 0; i < log->meta_count; i++) {
        free(log->meta[i].key);
        free(log->meta[i].value);
    }
    free(log->frames);
    memset(log, 0, sizeof *log);
}
