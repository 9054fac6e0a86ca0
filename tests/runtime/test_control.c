// SPDX-License-Identifier: Apache-2.0
// What is a request, what a process answers, and what its settings are then.
#include "artem/control.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"
#include "fixture.h"

static enum artem_result parse(const char *text, struct artem_control_request *request)
{
    return artem_control_parse(text, strlen(text), request);
}

static void test_parse(void)
{
    struct artem_control_request r;
    char line[2 * ARTEM_CONTROL_LINE_MAX];

    CHECK_INT(parse("status", &r), ARTEM_OK);
    CHECK_INT(r.verb, ARTEM_CONTROL_STATUS);
    CHECK_STR(r.key, "");
    CHECK_INT(parse("set style sea", &r), ARTEM_OK);
    CHECK_INT(r.verb, ARTEM_CONTROL_SET);
    CHECK_STR(r.key, "style");
    CHECK_STR(r.value, "sea");
    CHECK_INT(parse("  set  log_file  /a b  c\r", &r), ARTEM_OK);
    CHECK_STR(r.value, "/a b  c");
    CHECK_INT(parse("set blend_style", &r), ARTEM_OK);
    CHECK_STR(r.value, "");
    CHECK_INT(parse("unset", &r), ARTEM_OK);
    CHECK_INT(parse("unset style ", &r), ARTEM_OK);
    CHECK_STR(r.key, "style");
    CHECK_INT(parse("reload style", &r), ARTEM_OK);
    CHECK_INT(r.verb, ARTEM_CONTROL_RELOAD);
    CHECK_INT(parse("toggle", &r), ARTEM_OK);
    CHECK_INT(parse("next", &r), ARTEM_OK);
    CHECK_INT(r.verb, ARTEM_CONTROL_NEXT);
    CHECK_INT(parse("prev", &r), ARTEM_OK);

    static const char *const bad[] = {
        "",     " ",    "Status",   "status now",    "set",        "toggle x", "unset a b", "next great_wave",
        "stat", "a\tb", "\xFF\xFE", "set a \x1b[2J", "set k\xC3 v"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (parse(bad[i], &r) != ARTEM_ERROR_FORMAT)
            TEST_FAIL("'%s' is taken", bad[i]);
    CHECK_INT(artem_control_parse("status\0", 7, &r), ARTEM_ERROR_FORMAT);
    // At the limits: the longest value, one more, a key that is too long, a line that is too long.
    memset(line, 'x', sizeof line);
    memcpy(line, "set style ", 10);
    CHECK_INT(artem_control_parse(line, 10 + ARTEM_PATH_MAX - 1, &r), ARTEM_OK);
    CHECK_INT(strlen(r.value), ARTEM_PATH_MAX - 1);
    CHECK_INT(artem_control_parse(line, 10 + ARTEM_PATH_MAX, &r), ARTEM_ERROR_FORMAT);
    memset(line, 'x', sizeof line);
    memcpy(line, "set ", 4);
    line[4 + ARTEM_CONTROL_KEY_MAX - 1] = ' ';
    CHECK_INT(artem_control_parse(line, 60, &r), ARTEM_OK);
    line[4 + ARTEM_CONTROL_KEY_MAX - 1] = 'x';
    line[4 + ARTEM_CONTROL_KEY_MAX] = ' ';
    CHECK_INT(artem_control_parse(line, 60, &r), ARTEM_ERROR_FORMAT);
    CHECK_INT(artem_control_parse(line, sizeof line, &r), ARTEM_ERROR_FORMAT);
}

static char reply[ARTEM_CONTROL_ANSWER_MAX];

struct ask {
    const char *request;
    char *answer;
    enum artem_result result;
};

static int ask_one(void *user, int connection, const char *name)
{
    struct ask *a = user;

    (void)name;
    a->result = artem_control_ask(connection, a->request, a->answer);
    return 0;
}

static enum artem_result ask(const char *request)
{
    struct ask a = {request, reply, ARTEM_ERROR_NOT_FOUND};

    artem_control_list(ask_one, &a);
    return a.result;
}

static struct artem_settings now(struct artem_config *config)
{
    struct artem_settings s;

    artem_config_get(config, &s);
    return s;
}

static void test_settings(void)
{
    struct artem_config *config = NULL;
    char value[ARTEM_PATH_MAX];

    fixture_write_text(fixture_path("a.conf"), "[artem]\nresolution = 100\nstrength = 0.5\n[app:Me]\nkeep_color = 1\n");
    const struct artem_config_params params = {
        .path = fixture_path("a.conf"), .app_name = "Me", .exe_name = "me.exe", .watch = true, .control = true};
    CHECK_INT(artem_config_open(&params, &config), ARTEM_OK);
    CHECK_INT(ask("status"), ARTEM_OK);
    CHECK(artem_control_find(reply, "app", value));
    CHECK_STR(value, "Me");
    CHECK(artem_control_find(reply, "executable", value));
    CHECK_STR(value, "me.exe");
    CHECK(artem_control_find(reply, "keep_color", value));
    CHECK_STR(value, "1");
    CHECK(artem_control_find(reply, "temporary", value));
    CHECK_STR(value, "");
    CHECK(!artem_control_find(reply, "key", value));

    CHECK_INT(ask("set resolution 200"), ARTEM_OK);
    CHECK_STR(reply, "resolution = 200\n");
    CHECK_INT(now(config).resolution, 200); // by the time of the answer
    CHECK_INT(now(config).strength, 128);
    CHECK_INT(ask("set resolution 5"), ARTEM_ERROR_ARGUMENT);
    CHECK_STR(reply, "expected a whole number from 64 to 2048, got '5'");
    CHECK_INT(ask("set colour red"), ARTEM_ERROR_ARGUMENT);
    CHECK_STR(reply, "there is no setting 'colour'");
    CHECK_INT(ask("set style no_such_style"), ARTEM_ERROR_ARGUMENT);
    CHECK_STR(reply, "the style no_such_style cannot be loaded");
    CHECK_INT(ask("paint it black"), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(now(config).resolution, 200);
    CHECK_INT(ask("toggle"), ARTEM_OK);
    CHECK(!now(config).enabled);
    CHECK_INT(ask("status"), ARTEM_OK);
    CHECK(artem_control_find(reply, "temporary", value));
    CHECK_STR(value, "enabled resolution");

    // A file in which another key changed leaves it; one in which this key changed does not.
    fixture_write_text(fixture_path("a.conf"), "[artem]\nresolution = 100\nstrength = 0.25\n");
    CHECK_INT(ask("reload strength"), ARTEM_OK);
    CHECK_STR(reply, "strength = 0.25\n");
    CHECK_INT(now(config).strength, 64);
    CHECK_INT(now(config).resolution, 200);
    fixture_write_text(fixture_path("a.conf"), "[artem]\nresolution = 101\nstrength = 0.25\n");
    CHECK_INT(ask("reload"), ARTEM_OK);
    CHECK_INT(now(config).resolution, 101);
    CHECK(!now(config).enabled);
    // artem.conf says it again, though it has not changed: the wish is heard.
    CHECK_INT(ask("reload enabled"), ARTEM_OK);
    CHECK_STR(reply, "enabled = on\n");
    CHECK(now(config).enabled);
    CHECK_INT(ask("set threads 3"), ARTEM_OK);
    CHECK_INT(ask("set ar on"), ARTEM_OK);
    CHECK_INT(ask("unset threads"), ARTEM_OK);
    CHECK_STR(reply, "threads = 0\n");
    CHECK(now(config).ar);
    CHECK_INT(ask("unset"), ARTEM_OK);
    CHECK(!now(config).ar);
    fixture_write_text(fixture_path("a.conf"), "[artem]\nresolution = much\n");
    CHECK_INT(ask("reload resolution"), ARTEM_ERROR_ARGUMENT);
    CHECK(strstr(reply, "cannot be used") != NULL);
    CHECK_INT(now(config).resolution, 101);
    artem_config_close(&config);
    CHECK_INT(ask("status"), ARTEM_ERROR_NOT_FOUND);
}

// Every key has a text that gives it back.
static void test_keys(void)
{
    static const char *const values[][2] = {{"blend", "0.3008"},       {"strength", "0"},    {"keep_color", "1"},
                                            {"budget_ms", "8.333333"}, {"enabled", "off"},   {"ar", "on"},
                                            {"threads", "64"},         {"log_file", "/a b"}, {"style", "sea"},
                                            {"blend_style", ""},       {"backend", "cpu"},   {"budget_share", "0.85"},
                                            {"mode", "async"}};
    struct artem_settings s, again;
    char text[ARTEM_PATH_MAX], error[256];
    const char *key;
    unsigned count = 0;

    artem_settings_default(&s);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        CHECK_INT(artem_settings_set(&s, values[i][0], values[i][1], error, sizeof error), ARTEM_OK);
        CHECK_INT(artem_settings_get(&s, values[i][0], text), ARTEM_OK);
        CHECK_STR(text, values[i][1]);
    }
    for (uint32_t share = 0; share <= 256; share++) {
        s.blend = share;
        CHECK_INT(artem_settings_get(&s, "blend", text), ARTEM_OK);
        CHECK_INT(artem_settings_set(&again, "blend", text, error, sizeof error), ARTEM_OK);
        CHECK_INT(again.blend, share);
    }
    artem_settings_default(&again);
    for (; (key = artem_settings_key(count)) != NULL; count++) {
        CHECK_INT(artem_settings_get(&s, key, text), ARTEM_OK);
        CHECK_INT(artem_settings_set(&again, key, text, error, sizeof error), ARTEM_OK);
    }
    CHECK(count >= 16);
    CHECK_INT(artem_settings_differences(&s, &again), 0);
    again.threads = 1;
    again.ar = false;
    CHECK_INT(artem_settings_differences(&s, &again), 1 << 14 | 1 << 16);
    CHECK_INT(artem_settings_get(&s, "colour", text), ARTEM_ERROR_NOT_FOUND);
}

// Apps look at settings at every frame while several clients steer.
static void *steer(void *user)
{
    char request[64];

    for (int i = 0; i < 40; i++) {
        snprintf(request, sizeof request, "set resolution %d", 100 + (int)(intptr_t)user * 100 + i);
        char own[ARTEM_CONTROL_ANSWER_MAX];
        struct ask a = {request, own, ARTEM_ERROR_NOT_FOUND};
        artem_control_list(ask_one, &a);
        CHECK_INT(a.result, ARTEM_OK);
    }
    return NULL;
}

static void test_threads(void)
{
    struct artem_config *config = NULL;
    pthread_t threads[3];
    uint32_t serial = 0;

    fixture_write_text(fixture_path("a.conf"), "[artem]\n");
    const struct artem_config_params params = {.path = fixture_path("a.conf"), .watch = true, .control = true};
    CHECK_INT(artem_config_open(&params, &config), ARTEM_OK);
    for (intptr_t i = 0; i < 3; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, steer, (void *)i), 0);
    while (serial < 121) { // as many changes as were asked for
        struct artem_settings s;
        const uint32_t new_serial = artem_config_get(config, &s);
        if (new_serial < serial)
            TEST_FAIL("serial went from %u to %u", serial, new_serial);
        serial = new_serial;
        usleep(200);
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    artem_config_close(&config);
}

int main(void)
{
    alarm(60);
    CHECK_INT(mkdir(fixture_path("run"), 0700), 0);
    setenv("XDG_RUNTIME_DIR", fixture_path("run"), 1);
    test_parse();
    test_keys();
    test_settings();
    test_threads();
    return test_result();
}
