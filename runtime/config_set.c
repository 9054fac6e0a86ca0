// SPDX-License-Identifier: Apache-2.0
// The keys of artem.conf and their values. Numbers are read without strtod: the host's locale may want a decimal comma.
#include "config_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "artem/devices.h"
#include "artem/file.h"
#include "artem/log.h"
#include "text.h"

// Digits with at most one point and digits on both sides of it: a half-written "0." is no number.
static bool parse_number(const char *text, double *out)
{
    const char *p = text;
    double value = 0, unit = 1;

    for (; *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (*p - '0');
    if (p == text || p - text > 9)
        return false;
    if (*p == '.') {
        const char *fraction = ++p;
        for (; *p >= '0' && *p <= '9'; p++)
            value += (*p - '0') * (unit /= 10);
        if (p == fraction)
            return false;
    }
    *out = value;
    return *p == '\0';
}

static bool set_switch(bool *field, const char *value, char *error, size_t error_size)
{
    static const char *const words[2][4] = {{"off", "false", "no", "0"}, {"on", "true", "yes", "1"}};

    for (int i = 0; i < 8; i++)
        if (strcasecmp(value, words[i & 1][i >> 1]) == 0) {
            *field = i & 1;
            return true;
        }
    snprintf(error, error_size, "expected on or off, got '%.80s'", value);
    return false;
}

static bool set_share(uint32_t *field, const char *value, char *error, size_t error_size)
{
    double number;

    if (parse_number(value, &number) && number <= 1) {
        *field = (uint32_t)(number * 256 + 0.5);
        return true;
    }
    snprintf(error, error_size, "expected a number from 0 to 1, got '%.80s'", value);
    return false;
}

static bool set_share_or_switch(uint32_t *field, const char *value, char *error, size_t error_size)
{
    bool on;

    if (!set_switch(&on, value, error, error_size))
        return set_share(field, value, error, error_size);
    *field = on ? 256 : 0;
    return true;
}

static bool set_integer(uint32_t *field, const char *value, uint32_t low, uint32_t high, char *error, size_t error_size)
{
    double number;

    if (!strchr(value, '.') && parse_number(value, &number) && number >= low && number <= high) {
        *field = (uint32_t)number;
        return true;
    }
    snprintf(error, error_size, "expected a whole number from %u to %u, got '%.80s'", low, high, value);
    return false;
}

static bool set_real(double *field, const char *value, double low, double high, bool or_zero, const char *expected,
                     char *error, size_t error_size)
{
    double number;

    if (parse_number(value, &number) && ((or_zero && number == 0) || (number >= low && number <= high))) {
        *field = number;
        return true;
    }
    snprintf(error, error_size, "expected %s, got '%.80s'", expected, value);
    return false;
}

const char *const artem_hud_positions[ARTEM_HUD_POSITIONS] = {"top-left",    "top-center",    "top-right",
                                                              "middle-left", "center",        "middle-right",
                                                              "bottom-left", "bottom-center", "bottom-right"};

const char *const artem_chords[ARTEM_CHORDS] = {"off", "both-thumbsticks-1s", "both-thumbsticks-2s",
                                                "both-thumbsticks-3s"};

// One of some words, by its index.
static bool set_word(uint32_t *field, const char *const *words, uint32_t count, const char *value, char *error,
                     size_t error_size)
{
    int used;

    for (uint32_t i = 0; i < count; i++)
        if (strcasecmp(value, words[i]) == 0) {
            *field = i;
            return true;
        }
    used = snprintf(error, error_size, "expected ");
    for (uint32_t i = 0; i < count && used >= 0 && (size_t)used < error_size; i++)
        used += snprintf(error + used, error_size - (size_t)used, "%s%s",
                         i == 0          ? ""
                         : i + 1 < count ? ", "
                                         : " or ",
                         words[i]);
    if (used >= 0 && (size_t)used < error_size)
        snprintf(error + used, error_size - (size_t)used, ", got '%.80s'", value);
    return false;
}

static bool set_space(bool *field, const char *value, char *error, size_t error_size)
{
    static const char *const words[] = {"head", "world"};
    uint32_t index = 0;

    if (!set_word(&index, words, 2, value, error, error_size))
        return false;
    *field = index == 1;
    return true;
}

static bool set_mode(enum artem_mode *field, const char *value, char *error, size_t error_size)
{
    const char *words[ARTEM_MODE_COUNT];
    uint32_t mode = 0;

    for (int i = 0; i < ARTEM_MODE_COUNT; i++)
        words[i] = artem_mode_name((enum artem_mode)i);
    if (!set_word(&mode, words, ARTEM_MODE_COUNT, value, error, error_size))
        return false;
    *field = (enum artem_mode)mode;
    return true;
}

static bool set_style(char field[ARTEM_NAME_MAX], const char *value, char *error, size_t error_size)
{
    if (artem_name_valid(value)) {
        snprintf(field, ARTEM_NAME_MAX, "%s", value);
        return true;
    }
    snprintf(error, error_size, "expected a name of 1 to %d letters, digits, _ or -, got '%.80s'", ARTEM_NAME_MAX - 1,
             value);
    return false;
}

static bool set_backend(char field[ARTEM_BACKEND_MAX], const char *value, char *error, size_t error_size)
{
    static const char *const names[] = {"auto", "cpu", "vulkan", "cuda"};
    uint32_t index = 0;

    if (!set_word(&index, names, sizeof names / sizeof names[0], value, error, error_size))
        return false;
    snprintf(field, ARTEM_BACKEND_MAX, "%s", names[index]);
    return true;
}

static bool set_devices(char field[ARTEM_DEVICES_TEXT_MAX], const char *value, char *error, size_t error_size)
{
    struct artem_devices devices;
    char why[128];
    const size_t length = strlen(value);

    if (length > 0 && length < ARTEM_DEVICES_TEXT_MAX && !artem_devices_parse(value, &devices, why, sizeof why))
        snprintf(error, error_size, "expected devices as in cpu:0,vulkan:0,cuda:0: %s", why);
    else if (length >= ARTEM_DEVICES_TEXT_MAX)
        snprintf(error, error_size, "expected devices as in cpu:0,vulkan:0,cuda:0, at most %d of them",
                 ARTEM_DEVICES_MAX);
    else {
        memcpy(field, value, length + 1);
        return true;
    }
    return false;
}

// Only paths that mean the same in every working directory.
static bool set_path(char field[ARTEM_PATH_MAX], const char *value, char *error, size_t error_size)
{
    const char *home = artem_user_env("HOME");
    bool in_home = strncmp(value, "~/", 2) == 0 && home && home[0] == '/';

    if (strncmp(value, "~/", 2) == 0 && !in_home) { // no reason to refuse all the rest of a file
        static unsigned told;
        if (artem_log_once_in_a_while(&told))
            artem_log(ARTEM_LOG_WARN, "%.80s: HOME is not set, so this path is left out", value);
        value = "";
    }
    if (value[0] != '\0' && !in_home && value[0] != '/') {
        snprintf(error, error_size, "expected a path that starts with / or ~/, got '%.80s'", value);
        return false;
    }
    if (!artem_text_printable(value)) {
        snprintf(error, error_size, "the path is not printable UTF-8");
        return false;
    }
    if (artem_path_join(field, ARTEM_PATH_MAX, in_home ? home : "", in_home ? value + 2 : value) == ARTEM_OK)
        return true;
    snprintf(error, error_size, "the path is longer than %d bytes", ARTEM_PATH_MAX - 1);
    return false;
}

enum artem_result artem_settings_set(struct artem_settings *s, const char *key, const char *value, char *error,
                                     size_t error_size)
{
    bool good;

    if (strcasecmp(key, "allow") == 0)
        good = set_switch(&s->allow, value, error, error_size);
    else if (strcasecmp(key, "enabled") == 0)
        good = set_switch(&s->enabled, value, error, error_size);
    else if (strcasecmp(key, "style") == 0)
        good = set_style(s->style, value, error, error_size);
    else if (strcasecmp(key, "blend_style") == 0)
        good =
            value[0] == '\0' ? (s->blend_style[0] = '\0', true) : set_style(s->blend_style, value, error, error_size);
    else if (strcasecmp(key, "blend") == 0)
        good = set_share(&s->blend, value, error, error_size);
    else if (strcasecmp(key, "strength") == 0)
        good = set_share(&s->strength, value, error, error_size);
    else if (strcasecmp(key, "keep_color") == 0)
        good = set_share(&s->keep_color, value, error, error_size);
    else if (strcasecmp(key, "keep_text") == 0)
        good = set_share_or_switch(&s->keep_text, value, error, error_size);
    else if (strcasecmp(key, "resolution") == 0)
        good = set_integer(&s->resolution, value, 64, 2048, error, error_size);
    else if (strcasecmp(key, "budget_ms") == 0)
        good = set_real(&s->budget_ms, value, 0.5, 10000, true, "milliseconds from 0.5 to 10000, or 0 for no limit",
                        error, error_size);
    else if (strcasecmp(key, "budget_share") == 0)
        good = set_real(&s->budget_share, value, 0.05, 1, true, "a share from 0.05 to 1, or 0 for budget_ms", error,
                        error_size);
    else if (strcasecmp(key, "mode") == 0)
        good = set_mode(&s->mode, value, error, error_size);
    else if (strcasecmp(key, "log_file") == 0)
        good = set_path(s->log_file, value, error, error_size);
    else if (strcasecmp(key, "backend") == 0)
        good = set_backend(s->backend, value, error, error_size);
    else if (strcasecmp(key, "threads") == 0)
        good = set_integer(&s->threads, value, 0, 64, error, error_size);
    else if (strcasecmp(key, "devices") == 0)
        good = set_devices(s->devices, value, error, error_size);
    else if (strcasecmp(key, "ar") == 0)
        good = set_switch(&s->ar, value, error, error_size);
    else if (strcasecmp(key, "record") == 0)
        good = set_path(s->record, value, error, error_size);
    else if (strcasecmp(key, "record_frames") == 0)
        good = set_integer(&s->record_frames, value, 1, 10000, error, error_size);
    else if (strcasecmp(key, "hud") == 0)
        good = set_switch(&s->hud, value, error, error_size);
    else if (strcasecmp(key, "hud_position") == 0)
        good = set_word(&s->hud_position, artem_hud_positions, ARTEM_HUD_POSITIONS, value, error, error_size);
    else if (strcasecmp(key, "hud_size") == 0)
        good = set_real(&s->hud_size, value, 0.5, 3, false, "a number from 0.5 to 3", error, error_size);
    else if (strcasecmp(key, "hud_opacity") == 0)
        good = set_share(&s->hud_opacity, value, error, error_size);
    else if (strcasecmp(key, "hud_space") == 0)
        good = set_space(&s->hud_world, value, error, error_size);
    else if (strcasecmp(key, "chord") == 0)
        good = set_word(&s->chord, artem_chords, ARTEM_CHORDS, value, error, error_size);
    else if (strcasecmp(key, "toast") == 0)
        good = set_switch(&s->toast, value, error, error_size);
    else if (strcasecmp(key, "late_capture") == 0)
        good = set_switch(&s->late_capture, value, error, error_size);
    else
        return ARTEM_ERROR_NOT_FOUND;
    return good ? ARTEM_OK : ARTEM_ERROR_FORMAT;
}
