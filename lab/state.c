// SPDX-License-Identifier: Apache-2.0
// A file for the machine that wrote it, for some minutes or hours: structures as they lie in memory, then picture,
// moments, points, and a checksum of all that.
#include "state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "artem/file.h"
#include "artem/log.h"

enum { FILE_MAX = 1 << 30, POINTS_MAX = 1 << 22 };

struct header {
    char magic[8];
    uint64_t inputs;
    uint32_t scale, iteration, width, height, points, has_moments;
    double seconds;
};

static const char magic[8] = {'A', 'R', 'T', 'L', 'A', 'B', '0', '2'};

static size_t picture_bytes(uint32_t width, uint32_t height)
{
    return (size_t)width * height * 3 * sizeof(float);
}

static size_t file_bytes(const struct header *header)
{
    return sizeof *header + picture_bytes(header->width, header->height) * (header->has_moments ? 3 : 1) +
           header->points * sizeof(struct curve_point) + sizeof(uint32_t);
}

static uint32_t checksum(const char *data, size_t size)
{
    return (uint32_t)crc32_z(crc32_z(0, NULL, 0), (const unsigned char *)data, size);
}

static char *put(char *at, const void *data, size_t size)
{
    if (size > 0)
        memcpy(at, data, size);
    return at + size;
}

bool lab_state_save(const char *path, const struct lab_state *state)
{
    struct header header = {.inputs = state->inputs,
                            .scale = state->scale,
                            .iteration = state->iteration,
                            .width = state->picture.width,
                            .height = state->picture.height,
                            .points = state->curve.count,
                            .has_moments = state->moments[0] != NULL,
                            .seconds = state->seconds};
    const size_t picture = picture_bytes(header.width, header.height), size = file_bytes(&header);
    char *data = malloc(size), *at;

    if (data == NULL)
        return false;
    memcpy(header.magic, magic, sizeof magic);
    at = put(data, &header, sizeof header);
    at = put(at, state->picture.rgb, picture);
    for (int i = 0; i < 2 && header.has_moments; i++)
        at = put(at, state->moments[i], picture);
    at = put(at, state->curve.points, header.points * sizeof *state->curve.points);
    const uint32_t sum = checksum(data, size - sizeof sum);
    put(at, &sum, sizeof sum);
    const bool good = artem_file_replace(path, data, size, 0644);
    free(data);
    return good;
}

static void take(const char **at, void *out, size_t size)
{
    if (size > 0)
        memcpy(out, *at, size);
    *at += size;
}

static bool parse(const char *data, size_t size, struct lab_state *state)
{
    struct header header;
    const char *at = data;
    uint32_t sum;

    if (size < sizeof header)
        return false;
    take(&at, &header, sizeof header);
    if (memcmp(header.magic, magic, sizeof magic) != 0 || header.width == 0 || header.height == 0 ||
        (uint64_t)header.width * header.height > 1u << 24 || header.points > POINTS_MAX || size != file_bytes(&header))
        return false;
    memcpy(&sum, data + size - sizeof sum, sizeof sum);
    if (sum != checksum(data, size - sizeof sum))
        return false;
    const size_t picture = picture_bytes(header.width, header.height);
    state->inputs = header.inputs;
    state->scale = header.scale;
    state->iteration = header.iteration;
    state->seconds = header.seconds;
    if (!lab_picture_allocate(header.width, header.height, &state->picture))
        return false;
    take(&at, state->picture.rgb, picture);
    for (int i = 0; i < 2 && header.has_moments; i++) {
        state->moments[i] = malloc(picture);
        if (state->moments[i] == NULL)
            return false;
        take(&at, state->moments[i], picture);
    }
    for (uint32_t i = 0; i < header.points; i++) {
        struct curve_point point;
        take(&at, &point, sizeof point);
        if (!curve_add(&state->curve, &point))
            return false;
    }
    return true;
}

bool lab_state_load(const char *path, uint64_t inputs, struct lab_state *out_state)
{
    char *data = NULL;
    size_t size = 0;
    const enum artem_result result = artem_file_read(path, FILE_MAX, &data, &size);
    const bool is_missing = result == ARTEM_ERROR_IO && errno == ENOENT;

    memset(out_state, 0, sizeof *out_state);
    if (result == ARTEM_OK && parse(data, size, out_state) && out_state->inputs == inputs) {
        free(data);
        return true;
    }
    if (!is_missing)
        artem_log(ARTEM_LOG_WARN, "%s: %s; starting from the beginning", path,
                  result != ARTEM_OK               ? artem_result_string(result)
                  : out_state->picture.rgb == NULL ? "is damaged"
                                                   : "belongs to other pictures or options");
    free(data);
    lab_state_free(out_state);
    return false;
}

void lab_state_free(struct lab_state *state)
{
    lab_picture_free(&state->picture);
    free(state->moments[0]);
    free(state->moments[1]);
    curve_free(&state->curve);
    memset(state, 0, sizeof *state);
}
