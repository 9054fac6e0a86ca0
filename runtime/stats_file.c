// SPDX-License-Identifier: Apache-2.0
#include "stats_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/log.h"

static const char header[] = "frame,display_time,decision,views,width,height,style_width,style_height,style,"
                             "capture_ms,network_ms,composite_ms,layer_ms,interval_ms,slack_ms\n";

int artem_csv_write(int fd, const char *path, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, text, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            artem_log(ARTEM_LOG_WARN, "log_file %s: cannot be written (%m); frames are no longer logged", path);
            return 0;
        }
        text += n;
        size -= (size_t)n;
    }
    return 1;
}

int artem_csv_open(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
    struct stat st;

    if (fd < 0) {
        artem_log(ARTEM_LOG_WARN, "log_file %s: cannot be opened (%m); frames are not logged", path);
        return -1;
    }
    if (fstat(fd, &st) == 0 && st.st_size > 0)
        return fd;
    if (artem_csv_write(fd, path, header, sizeof header - 1))
        return fd;
    close(fd);
    return -1;
}

void artem_csv_decimal(char out[32], double value)
{
    out[0] = '\0';
    if (!isfinite(value) || fabs(value) > 1e12)
        return;
    int64_t thousandths = (int64_t)(fabs(value) * 1000 + 0.5);
    const char *sign = value < 0 && thousandths > 0 ? "-" : "";
    snprintf(out, 32, "%s%" PRId64 ".%03" PRId64, sign, thousandths / 1000, thousandths % 1000);
}

size_t artem_csv_format(char out[ARTEM_CSV_LINE_MAX], const struct artem_frame_record *r)
{
    const double values[6] = {r->capture_ms, r->network_ms, r->composite_ms, r->layer_ms, r->interval_ms, r->slack_ms};
    char style[sizeof r->style + 1] = "", decimal[6][32];

    // A style name comes from a config file; nothing in it may break the table.
    size_t length = strnlen(r->style, sizeof r->style);
    for (size_t i = 0; i < length; i++) {
        char c = r->style[i];
        style[i] = c > ' ' && c < 0x7F && c != ',' && c != '"' ? c : '_';
    }
    for (int i = 0; i < 6; i++)
        artem_csv_decimal(decimal[i], values[i]);
    int n = snprintf(
        out, ARTEM_CSV_LINE_MAX,
        "%" PRIu64 ",%" PRId64 ",%s,%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%s,%s,%s,%s,%s,%s,%s\n",
        r->frame, r->display_time, artem_decision_name(r->decision), r->views, r->width, r->height, r->style_width,
        r->style_height, style, decimal[0], decimal[1], decimal[2], decimal[3], decimal[4], decimal[5]);
    return n > 0 && n < ARTEM_CSV_LINE_MAX ? (size_t)n : 0;
}
