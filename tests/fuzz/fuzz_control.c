// SPDX-License-Identifier: Apache-2.0
// Both ends of the control socket: requests of any bytes to a process with the layer, whose settings stay such as
// artem.conf could give, and answers of any bytes to `artem set`. The first byte says which.
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config_internal.h"
#include "control_internal.h"
#include "fuzz.h"

static struct artem_config *config;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    unsetenv("XDG_RUNTIME_DIR");
    setenv("HOME", "/home/somebody", 1);
    setenv("ARTEM_MODELS", ARTEM_MODELS_DIR, 1);
    FUZZ_REQUIRE(artem_config_open(&(struct artem_config_params){.path = "/nonexistent/artem.conf"}, &config) ==
                 ARTEM_OK);
    return 0;
}

static void check_settings(void)
{
    struct artem_settings settings, again;
    char value[ARTEM_PATH_MAX], same[ARTEM_PATH_MAX], error[256];
    const char *key;

    artem_config_get(config, &settings);
    again = settings;
    for (unsigned i = 0; (key = artem_settings_key(i)) != NULL; i++) {
        FUZZ_REQUIRE(artem_settings_get(&settings, key, value) == ARTEM_OK);
        FUZZ_REQUIRE(memchr(value, '\0', sizeof value) != NULL);
        FUZZ_REQUIRE(artem_settings_set(&again, key, value, error, sizeof error) == ARTEM_OK);
        FUZZ_REQUIRE(artem_settings_get(&again, key, same) == ARTEM_OK && strcmp(value, same) == 0);
    }
    FUZZ_REQUIRE(artem_settings_differences(&settings, &again) == 0);
}

static void serve(const uint8_t *line, size_t size)
{
    static struct artem_control_reply reply;
    struct artem_control_request request;

    if (artem_control_parse(line, size, &request) != ARTEM_OK)
        return;
    FUZZ_REQUIRE(request.verb >= 0 && request.verb < ARTEM_CONTROL_VERBS);
    FUZZ_REQUIRE(memchr(request.key, '\0', sizeof request.key) != NULL);
    FUZZ_REQUIRE(memchr(request.value, '\0', sizeof request.value) != NULL);
    reply.used = 0;
    artem_config_answer(config, &request, &reply);
    // Lines, the last of which says how it went.
    FUZZ_REQUIRE(reply.used >= 3 && reply.used <= sizeof reply.text && reply.text[reply.used - 1] == '\n');
    const char *before = memrchr(reply.text, '\n', reply.used - 1);
    const char *last = before != NULL ? before + 1 : reply.text;
    FUZZ_REQUIRE(strncmp(last, "ok\n", 3) == 0 || strncmp(last, "error ", 6) == 0);
    check_settings();
}

static void serve_all(const uint8_t *data, size_t size)
{
    while (size > 0) {
        const uint8_t *end = memchr(data, '\n', size);
        const size_t length = end != NULL ? (size_t)(end - data) : size;

        serve(data, length);
        data += length + (end != NULL);
        size -= length + (end != NULL);
    }
    serve((const uint8_t *)"unset", 5);
}

static void ask(const uint8_t *data, size_t size)
{
    char answer[ARTEM_CONTROL_ANSWER_MAX], value[ARTEM_PATH_MAX];
    int pair[2];

    FUZZ_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    if (send(pair[1], data, size, MSG_DONTWAIT) == (ssize_t)size || size == 0) {
        shutdown(pair[1], SHUT_WR);
        const enum artem_result result = artem_control_ask(pair[0], "status", answer);
        FUZZ_REQUIRE(result != ARTEM_TIMEOUT);
        if (result == ARTEM_OK || result == ARTEM_ERROR_ARGUMENT)
            FUZZ_REQUIRE(memchr(answer, '\0', sizeof answer) != NULL);
        if (result == ARTEM_OK && artem_control_find(answer, "style", value))
            FUZZ_REQUIRE(memchr(value, '\0', sizeof value) != NULL);
    }
    close(pair[0]);
    close(pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] % 2 == 0)
        serve_all(data + 1, size - 1);
    else
        ask(data + 1, size - 1);
    return 0;
}
