// SPDX-License-Identifier: Apache-2.0
#include "curve.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "artem/file.h"
#include "artem/log.h"

enum { PLOT_WIDTH = 720, PLOT_HEIGHT = 400, MARGIN = 56, SERIES = 4 };

bool curve_add(struct curve *curve, const struct curve_point *point)
{
    if (curve->count == curve->room) {
        const uint32_t room = curve->room == 0 ? 256 : 2 * curve->room;
        struct curve_point *points = realloc(curve->points, room * sizeof *points);
        if (points == NULL)
            return false;
        curve->points = points;
        curve->room = room;
    }
    curve->points[curve->count++] = *point;
    return true;
}

void curve_free(struct curve *curve)
{
    free(curve->points);
    memset(curve, 0, sizeof *curve);
}

static bool ends_with(const char *path, const char *ending)
{
    const size_t length = strlen(path), size = strlen(ending);
    return length > size && strcmp(path + length - size, ending) == 0;
}

bool curve_is_named(const char *path)
{
    if (ends_with(path, ".csv") || ends_with(path, ".svg"))
        return true;
    artem_log(ARTEM_LOG_ERROR, "%s: the name must end in .csv or .svg", path);
    return false;
}

bool curve_can_save(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        errno = EISDIR;
    else if (artem_file_has_room(path))
        return true;
    artem_log(ARTEM_LOG_ERROR, "%s: cannot be written: %s", path, strerror(errno));
    return false;
}

static bool is_judged(const struct curve *curve)
{
    for (uint32_t i = 0; i < curve->count; i++)
        if (isfinite(curve->points[i].judged))
            return true;
    return false;
}

static void write_csv(FILE *file, const struct curve *curve)
{
    const bool judged = is_judged(curve);

    fprintf(file, "scale,iteration,seconds,total,content,style,variation%s\n", judged ? ",judged" : "");
    for (uint32_t i = 0; i < curve->count; i++) {
        const struct curve_point *p = &curve->points[i];
        fprintf(file, "%u,%u,%.3f,%.9g,%.9g,%.9g,%.9g", p->scale, p->iteration, p->seconds, p->terms.total,
                p->terms.content, p->terms.style, p->terms.variation);
        if (judged)
            fprintf(file, isfinite(p->judged) ? ",%.9g" : ",", p->judged);
        fputc('\n', file);
    }
}

static double value_of(const struct curve_point *point, int series)
{
    return series == 0   ? point->terms.total
           : series == 1 ? point->terms.content
           : series == 2 ? point->terms.style
                         : point->judged;
}

// The powers of ten that all series lie between.
static void find_decades(const struct curve *curve, int *out_low, int *out_high)
{
    double low = INFINITY, high = 0;

    for (uint32_t i = 0; i < curve->count; i++)
        for (int series = 0; series < SERIES; series++) {
            const double value = value_of(&curve->points[i], series);
            if (value > 0) {
                low = fmin(low, value);
                high = fmax(high, value);
            }
        }
    *out_low = high > 0 ? (int)floor(log10(low)) : 0;
    *out_high = high > 0 ? (int)ceil(log10(high)) : 1;
    *out_high += *out_high == *out_low;
}

static void write_svg(FILE *file, const struct curve *curve)
{
    static const char *const names[] = {"total", "content", "style", "judged"}, *const colours[] = {"#222", "#1f77b4",
                                                                                                    "#d62728",
                                                                                                    "#2ca02c"};
    const double width = PLOT_WIDTH - 2.0 * MARGIN, height = PLOT_HEIGHT - 2.0 * MARGIN;
    const struct curve_point *last = curve->count > 0 ? &curve->points[curve->count - 1] : NULL;
    int low, high;

    find_decades(curve, &low, &high);
    fprintf(
        file,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
        PLOT_WIDTH, PLOT_HEIGHT);
    for (int decade = low; decade <= high; decade++) {
        const double y = MARGIN + height * (high - decade) / (high - low);
        fprintf(file,
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
                MARGIN, PLOT_WIDTH - MARGIN, y, y, MARGIN - 6, y + 4, pow(10, decade));
    }
    for (int series = 0; series < (is_judged(curve) ? SERIES : SERIES - 1); series++) {
        fprintf(file, "<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"%s\" points=\"", colours[series]);
        for (uint32_t i = 0; i < curve->count; i++) {
            const double value = value_of(&curve->points[i], series);
            if (value > 0)
                fprintf(file, "%.1f,%.1f ", MARGIN + width * i / (curve->count > 1 ? curve->count - 1 : 1),
                        MARGIN + height * (high - log10(value)) / (high - low));
        }
        fprintf(file, "\"/>\n<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n", MARGIN + 80 * series, MARGIN - 16,
                colours[series], names[series]);
    }
    // The start of each scale is a point, too.
    fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%u iterations, %.0f s</text>\n</svg>\n",
            PLOT_WIDTH - MARGIN, PLOT_HEIGHT - 20, last != NULL ? curve->count - 1 - last->scale : 0,
            last != NULL ? last->seconds : 0);
}

bool curve_save(const char *path, const struct curve *curve)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    if (file != NULL) {
        if (ends_with(path, ".svg"))
            write_svg(file, curve);
        else
            write_csv(file, curve);
    }
    const bool good = file != NULL && fclose(file) == 0 && artem_file_replace(path, text, size, 0644);
    if (!good)
        artem_log(ARTEM_LOG_ERROR, "%s: cannot be written: %s", path, strerror(errno));
    free(text);
    return good;
}
