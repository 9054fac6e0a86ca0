// SPDX-License-Identifier: Apache-2.0
// The keys of artem.conf, and their values as text. Numbers are written without printf's %g: the host's locale may have
// a decimal comma.
#include "config_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// In the order of the struct. What is missing here cannot be set over the control socket, and is not seen to change.
static const char *const keys[] = {
    "allow",     "enabled",     "style",     "blend_style",  "blend",         "strength",     "keep_color",
    "keep_text", "resolution",  "budget_ms", "budget_share", "mode",          "log_file",     "backend",
    "threads",   "devices",     "ar",        "record",       "record_frames", "hud",          "hud_position",
    "hud_size",  "hud_opacity", "hud_space", "chord",        "toast",         "late_capture",
};
_Static_assert(sizeof keys / sizeof keys[0] <= 64, "artem_config has a bit per key");

const char *artem_settings_key(unsigned index)
{
    return index < sizeof keys / sizeof keys[0] ? keys[index] : NULL;
}

static void put_switch(char out[ARTEM_PATH_MAX], bool value)
{
    snprintf(out, ARTEM_PATH_MAX, "%s", value ? "on" : "off");
}

// Millionths, without zeros at the end.
static void put_number(char out[ARTEM_PATH_MAX], uint64_t millionths)
{
    size_t length =
        (size_t)snprintf(out, ARTEM_PATH_MAX, "%" PRIu64 ".%06" PRIu64, millionths / 1000000, millionths % 1000000);

    while (out[length - 1] == '0')
        out[--length] = '\0';
    if (out[length - 1] == '.')
        out[length - 1] = '\0';
}

// 1/256 to four decimals, from which it is found again.
static void put_share(char out[ARTEM_PATH_MAX], uint32_t share)
{
    put_number(out, (share * UINT64_C(10000) + 128) / 256 * 100);
}

static void put_integer(char out[ARTEM_PATH_MAX], uint32_t value)
{
    snprintf(out, ARTEM_PATH_MAX, "%" PRIu32, value);
}

enum artem_result artem_settings_get(const struct artem_settings *s, const char *key, char out[ARTEM_PATH_MAX])
{
    out[0] = '\0';
    if (strcasecmp(key, "allow") == 0)
        put_switch(out, s->allow);
    else if (strcasecmp(key, "enabled") == 0)
        put_switch(out, s->enabled);
    else if (strcasecmp(key, "style") == 0)
        memcpy(out, s->style, sizeof s->style);
    else if (strcasecmp(key, "blend_style") == 0)
        memcpy(out, s->blend_style, sizeof s->blend_style);
    else if (strcasecmp(key, "blend") == 0)
        put_share(out, s->blend);
    else if (strcasecmp(key, "strength") == 0)
        put_share(out, s->strength);
    else if (strcasecmp(key, "keep_color") == 0)
        put_share(out, s->keep_color);
    else if (strcasecmp(key, "keep_text") == 0)
        put_share(out, s->keep_text);
    else if (strcasecmp(key, "resolution") == 0)
        put_integer(out, s->resolution);
    else if (strcasecmp(key, "budget_ms") == 0)
        put_number(out, (uint64_t)(s->budget_ms * 1e6 + 0.5));
    else if (strcasecmp(key, "budget_share") == 0)
        put_number(out, (uint64_t)(s->budget_share * 1e6 + 0.5));
    else if (strcasecmp(key, "mode") == 0)
        snprintf(out, ARTEM_PATH_MAX, "%s", artem_mode_name(s->mode));
    else if (strcasecmp(key, "log_file") == 0)
        memcpy(out, s->log_file, sizeof s->log_file);
    else if (strcasecmp(key, "backend") == 0)
        memcpy(out, s->backend, sizeof s->backend);
    else if (strcasecmp(key, "threads") == 0)
        put_integer(out, s->threads);
    else if (strcasecmp(key, "devices") == 0)
        memcpy(out, s->devices, sizeof s->devices);
    else if (strcasecmp(key, "ar") == 0)
        put_switch(out, s->ar);
    else if (strcasecmp(key, "record") == 0)
        memcpy(out, s->record, sizeof s->record);
    else if (strcasecmp(key, "record_frames") == 0)
        put_integer(out, s->record_frames);
    else if (strcasecmp(key, "hud") == 0)
        put_switch(out, s->hud);
    else if (strcasecmp(key, "hud_position") == 0)
        snprintf(out, ARTEM_PATH_MAX, "%s", artem_hud_positions[s->hud_position]);
    else if (strcasecmp(key, "hud_size") == 0)
        put_number(out, (uint64_t)(s->hud_size * 1e6 + 0.5));
    else if (strcasecmp(key, "hud_opacity") == 0)
        put_share(out, s->hud_opacity);
    else if (strcasecmp(key, "hud_space") == 0)
        snprintf(out, ARTEM_PATH_MAX, "%s", s->hud_world ? "world" : "head");
    else if (strcasecmp(key, "chord") == 0)
        snprintf(out, ARTEM_PATH_MAX, "%s", artem_chords[s->chord]);
    else if (strcasecmp(key, "toast") == 0)
        put_switch(out, s->toast);
    else if (strcasecmp(key, "late_capture") == 0)
        put_switch(out, s->late_capture);
    else
        return ARTEM_ERROR_NOT_FOUND;
    return ARTEM_OK;
}

uint64_t artem_settings_differences(const struct artem_settings *a, const struct artem_settings *b)
{
    char of_a[ARTEM_PATH_MAX], of_b[ARTEM_PATH_MAX];
    uint64_t bits = 0;

    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        artem_settings_get(a, keys[i], of_a);
        artem_settings_get(b, keys[i], of_b);
        if (strcmp(of_a, of_b) != 0)
            bits |= UINT64_C(1) << i;
    }
    return bits;
}
