// SPDX-License-Identifier: Apache-2.0
// Settings: defaults, and the environment of the runtime as a library of its own (README.md).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock_internal.h"

struct mock_options mock_options;

static const struct mock_settings defaults = {
    .pixels = true,
    .views = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO,
    .width = 320,
    .height = 240,
    .layers = MOCK_LAYERS_MAX,
};

void mock_reset(void)
{
    mock_settings = defaults;
    mock_take_violations();
    mock_forget_frame();
    mock_forget_calls();
    mock_forget_submissions();
    mock_forget_actions();
    mock_frames = 0;
    mock_missed = 0;
}

static void complain(const char *name, const char *value)
{
    fprintf(stderr, "mock runtime: %s=%s is not understood\n", name, value);
}

static void read_views(const char *value)
{
    if (strcmp(value, "mono") == 0)
        mock_settings.views = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_MONO;
    else if (strcmp(value, "stereo") == 0)
        mock_settings.views = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO;
    else if (strcmp(value, "quad") == 0)
        mock_settings.views = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_QUAD_VARJO;
    else
        complain("ARTEM_MOCK_VIEWS", value);
}

static void read_faults(const char *value)
{
    char text[1024], *saved = NULL;
    unsigned count = 0;

    snprintf(text, sizeof text, "%s", value);
    for (const char *one = strtok_r(text, ";", &saved); one != NULL; one = strtok_r(NULL, ";", &saved)) {
        if (count == MOCK_FAULTS_MAX || !mock_parse_fault(one, &mock_settings.faults[count]))
            complain("ARTEM_MOCK_FAULTS", one);
        else
            count++;
    }
}

static void read_dump(const char *value)
{
    const char *colon = strrchr(value, ':');
    char *end = (char *)colon;

    if (colon == NULL || (size_t)(colon - value) >= sizeof mock_options.dump_folder) {
        complain("ARTEM_MOCK_DUMP", value);
        return;
    }
    memcpy(mock_options.dump_folder, value, (size_t)(colon - value));
    while (*end != '\0' && mock_options.dump_count < 64)
        mock_options.dump_frames[mock_options.dump_count++] = (unsigned)strtoul(end + 1, &end, 10);
}

void mock_read_environment(void)
{
    const char *value;

    if ((value = getenv("ARTEM_MOCK_RATE")) != NULL)
        mock_settings.rate_hz = strtod(value, NULL);
    if ((value = getenv("ARTEM_MOCK_PIXELS")) != NULL)
        mock_settings.pixels = strcmp(value, "off") != 0;
    if ((value = getenv("ARTEM_MOCK_FRAMES")) != NULL)
        mock_settings.exit_after = (unsigned)strtoul(value, NULL, 10);
    if ((value = getenv("ARTEM_MOCK_SIZE")) != NULL &&
        (sscanf(value, "%ux%u", &mock_settings.width, &mock_settings.height) != 2 || mock_settings.width == 0))
        complain("ARTEM_MOCK_SIZE", value);
    if ((value = getenv("ARTEM_MOCK_VIEWS")) != NULL)
        read_views(value);
    if ((value = getenv("ARTEM_MOCK_FAULTS")) != NULL)
        read_faults(value);
    if ((value = getenv("ARTEM_MOCK_DUMP")) != NULL)
        read_dump(value);
    if ((value = getenv("ARTEM_MOCK_REPORT")) != NULL)
        snprintf(mock_options.report, sizeof mock_options.report, "%s", value);
}
