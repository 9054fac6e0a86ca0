// SPDX-License-Identifier: Apache-2.0
// artem.conf: good texts, bad texts, and which section applies.
#include "config_internal.h"

#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#include "../test.h"
#include "fixture.h"

static struct artem_settings settings;
static struct artem_config_report report;

static enum artem_result parse_bytes(const char *text, size_t size)
{
    char *copy = malloc(size ? size : 1); // of the exact size, for sanitizers

    memcpy(copy, text, size);
    enum artem_result result =
        artem_config_parse(copy, size, "artem.conf", "My App", "game.x86_64", &settings, &report);
    free(copy);
    return result;
}

static enum artem_result parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void test_defaults(void)
{
    CHECK_INT(parse(""), ARTEM_OK);
    CHECK(settings.enabled);
    CHECK_STR(settings.style, "great_wave");
    CHECK_INT(settings.strength, 256);
    CHECK_INT(settings.keep_color, 0);
    CHECK_INT(settings.keep_text, 0);
    CHECK_INT(settings.resolution, 512);
    CHECK(settings.budget_ms == 11.1 && settings.budget_share == 0 && settings.mode == ARTEM_MODE_AUTO);
    CHECK_STR(settings.log_file, "");
    CHECK_INT(settings.threads, 0);
    CHECK(!settings.ar);
    CHECK_STR(settings.record, "");
    CHECK_INT(settings.record_frames, 100);
    CHECK(!settings.hud && settings.hud_position == 0 && settings.hud_size == 1 && settings.hud_opacity == 205);
    CHECK(!settings.hud_world && settings.toast && settings.chord == 0 && !settings.late_capture);
    CHECK_STR(settings.blend_style, "");
    CHECK_INT(settings.blend, 128);
    CHECK_INT(parse("\n\n  \t\n# x\n;y\n[artem]"), ARTEM_OK);
    CHECK_INT(settings.resolution, 512);
}

static void test_good(void)
{
    CHECK_INT(parse("\xEF\xBB\xBF[Artem]\r\n"
                    "ENABLED = Off\r\n"
                    "Style=starry_night   ; a comment\r\n"
                    "blend_style = great_wave\r\n"
                    "blend = 0.25\r\n"
                    "\tstrength\t=\t0.5\r\n"
                    "keep_color = 1\r\n"
                    "keep_text = on\r\n"
                    "resolution = 0640 # too\r\n"
                    "budget_ms = 0.5\r\n"
                    "budget_share = 0.5\r\n"
                    "mode = Async\r\n"
                    "log_file = /tmp/a#b;c d.csv\r\n"
                    "AR = yes\r\n"
                    "record = /tmp/my recording # here\r\n"
                    "record_frames = 10000\r\n"
                    "hud = on\r\n"
                    "HUD_position = Bottom-Center\r\n"
                    "hud_size = 2.5\r\n"
                    "hud_opacity = 0.5\r\n"
                    "hud_space = world\r\n"
                    "toast = off\r\n"
                    "late_capture = on\r\n"
                    "chord = both-thumbsticks-2s\r\n"
                    "devices = cpu:0, vulkan:1 # both\r\n"
                    "threads = 64"),
              ARTEM_OK);
    CHECK(!settings.enabled);
    CHECK_STR(settings.style, "starry_night");
    CHECK_STR(settings.blend_style, "great_wave");
    CHECK_INT(settings.blend, 64);
    CHECK_INT(settings.strength, 128);
    CHECK_INT(settings.keep_color, 256);
    CHECK_INT(settings.keep_text, 256);
    CHECK_INT(settings.resolution, 640);
    CHECK(settings.budget_ms == 0.5 && settings.budget_share == 0.5 && settings.mode == ARTEM_MODE_ASYNC);
    CHECK_STR(settings.log_file, "/tmp/a#b;c d.csv");
    CHECK_INT(settings.threads, 64);
    CHECK_STR(settings.devices, "cpu:0, vulkan:1");
    CHECK(settings.ar);
    CHECK_STR(settings.record, "/tmp/my recording");
    CHECK_INT(settings.record_frames, 10000);
    CHECK(settings.hud && settings.hud_position == 7 && settings.hud_size == 2.5 && settings.hud_opacity == 128);
    CHECK(settings.hud_world && !settings.toast && settings.chord == 2 && settings.late_capture);
    CHECK_STR(report.error, "");
    CHECK_STR(report.warning, "");
    CHECK_INT(parse("[artem]\ndevices = cpu:0\ndevices =\n"), ARTEM_OK);
    CHECK_STR(settings.devices, "");

    CHECK_INT(parse("[artem]\nlog_file = \" /a # b.csv\"\nlog_file = \"/a # b.csv\" # c\n"), ARTEM_ERROR_FORMAT);
    CHECK_INT(parse("[artem]\nlog_file = \"/a # b.csv\" # c\nbudget_ms=0\nstrength=0\n"), ARTEM_OK);
    CHECK_STR(settings.log_file, "/a # b.csv");
    CHECK(settings.budget_ms == 0 && settings.strength == 0);
    CHECK_INT(parse("[artem]\nlog_file =\n"), ARTEM_OK);
    CHECK_STR(settings.log_file, "");
    setenv("HOME", "/home/x", 1);
    CHECK_INT(parse("[artem]\nlog_file = ~/a.csv\n"), ARTEM_OK);
    CHECK_STR(settings.log_file, "/home/x/a.csv");
    CHECK_INT(parse("[artem]\nblend_style = sea\nblend_style =\n"), ARTEM_OK);
    CHECK_STR(settings.blend_style, "");
    CHECK_INT(parse("[artem]\nrecord = ~/walk\nrecord_frames = 1\nrecord =\n"), ARTEM_OK);
    CHECK_STR(settings.record, "");
    CHECK_INT(settings.record_frames, 1);
    CHECK_INT(parse("[artem]\nrecord = ~/walk\n"), ARTEM_OK);
    CHECK_STR(settings.record, "/home/x/walk");

    static const char *const on[] = {"on", "TRUE", "yes", "1"}, *const off[] = {"off", "False", "no", "0"};
    for (int i = 0; i < 4; i++) {
        char text[64];
        snprintf(text, sizeof text, "[artem]\nenabled=%s", on[i]);
        CHECK(parse(text) == ARTEM_OK && settings.enabled);
        snprintf(text, sizeof text, "[artem]\nenabled=%s", off[i]);
        CHECK(parse(text) == ARTEM_OK && !settings.enabled);
    }
}

static void test_bad(void)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"[artem]\nstrength = x", "artem.conf:2: strength: expected a number from 0 to 1, got 'x'"},
        {"[artem]\nstrength = 1.01", "artem.conf:2: strength: expected a number from 0 to 1, got '1.01'"},
        {"[artem]\nstrength = 0.", "artem.conf:2: strength: expected a number from 0 to 1, got '0.'"},
        {"[artem]\nstrength = 0,5", "artem.conf:2: strength: expected a number from 0 to 1, got '0,5'"},
        {"[artem]\nstrength = -0", "artem.conf:2: strength: expected a number from 0 to 1, got '-0'"},
        {"[artem]\nstrength = nan", "artem.conf:2: strength: expected a number from 0 to 1, got 'nan'"},
        {"[artem]\nstrength =", "artem.conf:2: strength: expected a number from 0 to 1, got ''"},
        {"[artem]\nkeep_text = much", "artem.conf:2: keep_text: expected a number from 0 to 1, got 'much'"},
        {"[artem]\nkeep_color = 2", "artem.conf:2: keep_color: expected a number from 0 to 1, got '2'"},
        {"[artem]\nresolution = 63", "artem.conf:2: resolution: expected a whole number from 64 to 2048, got '63'"},
        {"[artem]\nresolution = 512.0",
         "artem.conf:2: resolution: expected a whole number from 64 to 2048, got '512.0'"},
        {"[artem]\nresolution = 99999999999",
         "artem.conf:2: resolution: expected a whole number from 64 to 2048, got '99999999999'"},
        {"[artem]\nthreads = 65", "artem.conf:2: threads: expected a whole number from 0 to 64, got '65'"},
        {"[artem]\ndevices = cpu:0,gpu:0",
         "artem.conf:2: devices: expected devices as in cpu:0,vulkan:0,cuda:0: 'gpu:0' "
         "is none of cpu:N, vulkan:N and cuda:N, N from 0 to 63"},
        {"[artem]\ndevices = cpu:0,cpu:0",
         "artem.conf:2: devices: expected devices as in cpu:0,vulkan:0,cuda:0: cpu:0 is named twice"},
        {"[artem]\nbudget_ms = 0.4",
         "artem.conf:2: budget_ms: expected milliseconds from 0.5 to 10000, or 0 for no limit, got '0.4'"},
        {"[artem]\nstyle = ../x",
         "artem.conf:2: style: expected a name of 1 to 63 letters, digits, _ or -, got '../x'"},
        {"[artem]\nlog_file = a.csv", "artem.conf:2: log_file: expected a path that starts with / or ~/, got 'a.csv'"},
        {"[artem]\nlog_file = /a\tb", "artem.conf:2: log_file: the path is not printable UTF-8"},
        {"[artem]\nenabled = maybe", "artem.conf:2: enabled: expected on or off, got 'maybe'"},
        {"[artem]\nar = additive", "artem.conf:2: ar: expected on or off, got 'additive'"},
        {"[artem]\nblend_style = a/b",
         "artem.conf:2: blend_style: expected a name of 1 to 63 letters, digits, _ or -, got 'a/b'"},
        {"[artem]\nblend = 2", "artem.conf:2: blend: expected a number from 0 to 1, got '2'"},
        {"[artem]\nrecord = here", "artem.conf:2: record: expected a path that starts with / or ~/, got 'here'"},
        {"[artem]\nbudget_share = 1.1",
         "artem.conf:2: budget_share: expected a share from 0.05 to 1, or 0 for budget_ms, got '1.1'"},
        {"[artem]\nmode = fast", "artem.conf:2: mode: expected auto, sync or async, got 'fast'"},
        {"[artem]\nhud_position = left",
         "artem.conf:2: hud_position: expected top-left, top-center, top-right, middle-left, "
         "center, middle-right, bottom-left, bottom-center or bottom-right, got 'left'"},
        {"[artem]\nhud_size = 4", "artem.conf:2: hud_size: expected a number from 0.5 to 3, got '4'"},
        {"[artem]\nhud_space = room", "artem.conf:2: hud_space: expected head or world, got 'room'"},
        {"[artem]\nchord = menu", "artem.conf:2: chord: expected off, both-thumbsticks-1s, both-thumbsticks-2s or "
                                  "both-thumbsticks-3s, got 'menu'"},
        {"[artem]\nrecord_frames = 0", "artem.conf:2: record_frames: expected a whole number from 1 to 10000, got '0'"},
        {"[artem]\nrecord_frames = 10001",
         "artem.conf:2: record_frames: expected a whole number from 1 to 10000, got '10001'"},
        {"[artem]\n\n\nenabled", "artem.conf:4: expected KEY = VALUE, got 'enabled'"},
        {"enabled = on", "artem.conf:1: enabled: stands before the first section, such as [artem]"},
        {"[artem\n", "artem.conf:1: a section begins with [ but does not end with ]"},
        {"[artem] x\n", "artem.conf:1: text after ]"},
        {"[app:Someone Else]\nstrength = 7", "artem.conf:2: strength: expected a number from 0 to 1, got '7'"},
    };

    CHECK_INT(parse("[artem]\nresolution = 100"), ARTEM_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(parse(cases[i].text), ARTEM_ERROR_FORMAT);
        CHECK_STR(report.error, cases[i].error);
        CHECK_INT(settings.resolution, 100); // left as it was
    }
    unsetenv("HOME"); // then such a path is none, and the rest of the file holds
    CHECK_INT(parse("[artem]\nlog_file = ~/a.csv\nallow = off\n"), ARTEM_OK);
    CHECK(settings.log_file[0] == '\0' && !settings.allow);
    CHECK_INT(parse("[artem] # see [1]\nstrength = 0.5\n"), ARTEM_OK);
    CHECK_INT(settings.strength, 128);
    CHECK_INT(parse("[artem];a]b\nstrength = 0.25\n[app:Some ]one] # ]\nstrength = 1\n"), ARTEM_OK);
    CHECK_INT(settings.strength, 64);
}

// Without the NUL.
static void put(char *at, const char *text)
{
    while (*text)
        *at++ = *text++;
}

static void test_strange_bytes(void)
{
    static const char with_nul[] = "[artem]\nresolution = 10\0000\n";
    char *text = malloc(100000);

    CHECK_INT(parse_bytes(with_nul, sizeof with_nul - 1), ARTEM_ERROR_FORMAT);
    CHECK_STR(report.error, "artem.conf:2: the line contains a NUL byte; is this a text file?");

    memset(text, 'x', 100000);
    put(text, "[artem]\n");
    CHECK_INT(parse_bytes(text, 100000), ARTEM_ERROR_FORMAT);
    CHECK_STR(report.error, "artem.conf:2: the line is longer than 2048 bytes");
    put(text + 8, "log_file = /");
    CHECK_INT(parse_bytes(text, 8 + 2048), ARTEM_ERROR_FORMAT); // longest line, path too long
    CHECK_STR(report.error, "artem.conf:2: log_file: the path is longer than 1023 bytes");
    CHECK_INT(parse_bytes(text, 8 + 11 + 1023), ARTEM_OK);
    CHECK_INT(strlen(settings.log_file), 1023);

    for (int i = 0; i < 2000; i++) { // noise may give any result, but no fault
        size_t size = fixture_random() % 300;
        for (size_t k = 0; k < size; k++)
            text[k] = i & 1 ? "[]=#;:\n\" artemxestyl01."[fixture_random() % 23] : (char)fixture_random();
        parse_bytes(text, size);
    }
    free(text);

    // Every beginning of a file: what a writer may have left half done.
    static const char whole[] =
        "[artem]\nstyle = mosaic\nresolution = 1024\nbudget_ms = 12.25\n[exe:x]\nlog_file = \"/x\"\n";
    for (size_t size = 0; size < sizeof whole; size++)
        parse_bytes(whole, size);
}

static void test_unknown(void)
{
    CHECK_INT(parse("[artem]\ncolour = red\nresolution = 128\n[hud]\nx = y\n[artem]\nfoo=1"), ARTEM_OK);
    CHECK_STR(report.warning, "artem.conf:2: unknown key 'colour' is ignored (and 2 more)");
    CHECK_INT(settings.resolution, 128);
    CHECK_INT(parse("[Hud:x]\nx = y\n"), ARTEM_OK);
    CHECK_STR(report.warning, "artem.conf:1: unknown section 'Hud' is ignored");
}

static void test_sections(void)
{
    CHECK_INT(parse("[exe:game.x86_64]\nstyle = by_exe\n"
                    "[app: my app ] # case does not matter\nstyle = by_app\nresolution = 100\n"
                    "[app:other]\nresolution = 200\nthreads = 9\n"
                    "[artem]\nstyle = general\nresolution = 300\nkeep_color = 0.25\n"),
              ARTEM_OK);
    CHECK_STR(settings.style, "by_exe");
    CHECK_INT(settings.resolution, 100);
    CHECK_INT(settings.threads, 0);
    CHECK_INT(settings.keep_color, 64);

    struct artem_settings other;
    static const char text[] = "[app:]\nresolution = 100\n[exe:]\nresolution = 101";
    CHECK_INT(artem_config_parse(text, sizeof text - 1, "c", NULL, NULL, &other, &report), ARTEM_OK);
    CHECK_INT(other.resolution, 512);
    CHECK_INT(parse("[app:my app]\nthreads = 1\n[artem]\nthreads=2\n[app:MY APP]\nthreads = 3\n"), ARTEM_OK);
    CHECK_INT(settings.threads, 3);
    CHECK_INT(parse("[app:a]b]\nthreads = 1\n"), ARTEM_OK); // names may contain ]
}

static void test_lookup(void)
{
    char path[ARTEM_PATH_MAX], folder[300];

    unsetenv("ARTEM_CONFIG");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    artem_config_lookup(NULL, path);
    CHECK_STR(path, "");
    setenv("HOME", "/home/x", 1);
    artem_config_lookup(NULL, path);
    CHECK_STR(path, "/home/x/.config/artem/artem.conf");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    artem_config_lookup(NULL, path);
    CHECK_STR(path, "/home/x/.config/artem/artem.conf");
    setenv("XDG_CONFIG_HOME", "/c", 1);
    artem_config_lookup(NULL, path);
    CHECK_STR(path, "/c/artem/artem.conf");
    setenv("ARTEM_CONFIG", "/d/e.conf", 1);
    artem_config_lookup(NULL, path);
    CHECK_STR(path, "/d/e.conf");
    artem_config_lookup("/f", path);
    CHECK_STR(path, "/f");
    snprintf(folder, sizeof folder, "%s", fixture_folder());
    char *expected = malloc(strlen(folder) + 8);
    sprintf(expected, "%s/g.conf", folder);
    if (chdir(folder) == 0) {
        artem_config_lookup("g.conf", path);
        CHECK_STR(path, expected);
    }
    free(expected);
}

int main(void)
{
    // A host with a decimal comma; where that locale is missing the test still runs.
    setlocale(LC_ALL, "de_DE.UTF-8");
    fixture_folder();
    test_defaults();
    test_good();
    test_bad();
    test_strange_bytes();
    test_unknown();
    test_sections();
    test_lookup();
    return test_result();
}
