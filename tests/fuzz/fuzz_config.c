// SPDX-License-Identifier: Apache-2.0
// The text of artem.conf. What comes out is in range whatever goes in; a refused text changes nothing.
#include <string.h>

#include "config_internal.h"
#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    setenv("HOME", "/home/somebody", 1);
    return 0;
}

static bool ends(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static bool is_path(const char *text)
{
    return ends(text, ARTEM_PATH_MAX) && (text[0] == '\0' || text[0] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct artem_config_report report;
    struct artem_settings settings, before;

    memset(&settings, 0xA5, sizeof settings);
    before = settings;
    const enum artem_result result =
        artem_config_parse((const char *)data, size, "artem.conf", "App", "exe", &settings, &report);
    FUZZ_REQUIRE(ends(report.error, sizeof report.error) && ends(report.warning, sizeof report.warning));
    FUZZ_REQUIRE((result == ARTEM_OK) == (report.error[0] == '\0'));
    if (result != ARTEM_OK) {
        FUZZ_REQUIRE(result == ARTEM_ERROR_FORMAT && memcmp(&settings, &before, sizeof settings) == 0);
        return 0;
    }
    FUZZ_REQUIRE(ends(settings.style, sizeof settings.style) && settings.style[0] != '\0');
    FUZZ_REQUIRE(ends(settings.blend_style, sizeof settings.blend_style));
    FUZZ_REQUIRE(ends(settings.backend, sizeof settings.backend));
    FUZZ_REQUIRE(strpbrk(settings.style, "/.") == NULL && strpbrk(settings.blend_style, "/.") == NULL);
    FUZZ_REQUIRE(settings.blend <= 256 && settings.strength <= 256 && settings.keep_color <= 256);
    FUZZ_REQUIRE(settings.resolution >= 64 && settings.resolution <= 2048 && settings.threads <= 64);
    FUZZ_REQUIRE(settings.budget_ms >= 0 && settings.budget_ms <= 10000);
    FUZZ_REQUIRE(settings.record_frames >= 1 && settings.record_frames <= 10000);
    FUZZ_REQUIRE(is_path(settings.log_file) && is_path(settings.record));
    return 0;
}
