// SPDX-License-Identifier: Apache-2.0
// The control socket of an app with the layer: obeyed by the next frame, whoever else is at the door; and apps that the
// layer has to stay out of.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "artem/control.h"
#include "ask.h"
#include "expect.h"
#include "fake_engine.h"
#include "test.h"

static char folder[] = "/tmp/artem-control-test.XXXXXX";

static void frames(unsigned count, enum expect_result expected)
{
    for (unsigned i = 0; i < count; i++) {
        app_frame();
        CHECK_INT(expect_frame(), expected);
    }
}

static void test_next_frame(void)
{
    char value[ARTEM_PATH_MAX];

    app_open_normal();
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    CHECK_INT(ask("status"), ARTEM_OK);
    CHECK(artem_control_find(answer, "app", value));
    CHECK_STR(value, "layer test");
    CHECK(artem_control_find(answer, "executable", value));
    CHECK_STR(value, "plugin_control_test");
    CHECK_INT(ask("toggle"), ARTEM_OK);
    frames(2, EXPECT_ORIGINAL); // from the very next one
    CHECK_INT(ask("toggle"), ARTEM_OK);
    frames(1, EXPECT_ORIGINAL); // its picture was not kept
    frames(2, EXPECT_STYLED);
    const unsigned styles = fake_engine.styles;
    CHECK_INT(ask("set style another"), ARTEM_OK);
    CHECK_STR(answer, "style = another\n");
    frames(1, EXPECT_STYLED);
    CHECK_INT(fake_engine.styles, styles); // one came, one went
    app_close_normal();
    CHECK_INT(ask("status"), ARTEM_ERROR_NOT_FOUND);
}

// ---- Clients that mean no good, for as long as the app shows frames ----

static atomic_bool stop;

static int pester_one(void *user, int connection, const char *name)
{
    static const char *const lines[] = {"status\n", "set strength 7\n", "\n\n\n\n", "set style ../../x\n", "stat"};
    unsigned *random = user;
    char rubbish[4096];

    (void)name;
    *random = *random * 1103515245u + 12345u;
    const unsigned kind = *random >> 16 & 7;
    for (size_t i = 0; i < sizeof rubbish; i++)
        rubbish[i] = (char)((*random = *random * 1103515245u + 12345u) >> 16);
    if (kind < 5)
        (void)!send(connection, lines[kind], strlen(lines[kind]), MSG_NOSIGNAL);
    else
        (void)!send(connection, rubbish, sizeof rubbish >> (kind - 5) * 4, MSG_NOSIGNAL);
    return 0; // and hangs up without listening
}

static void *pester(void *user)
{
    unsigned random = (unsigned)(uintptr_t)user;

    while (!atomic_load(&stop))
        artem_control_list(pester_one, &random);
    return NULL;
}

static void test_pestered(void)
{
    pthread_t threads[2];

    app_open_normal();
    frames(1, EXPECT_ORIGINAL);
    for (uintptr_t i = 0; i < 2; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, pester, (void *)(i + 1)), 0);
    frames(40, EXPECT_STYLED);
    enum artem_result result = ARTEM_TIMEOUT; // others still get their turn, on slow machines after some tries
    for (int i = 0; i < 200 && result != ARTEM_OK; i++) {
        usleep(i > 0 ? 2000 : 0); // the queue before the door may be full of them
        result = ask("set enabled off");
    }
    CHECK_INT(result, ARTEM_OK);
    frames(1, EXPECT_ORIGINAL);
    // The instance may end while they are at it.
    app_close_normal();
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

// ---- allow = off ----

static void write_config(const char *path, const char *sections)
{
    FILE *file = fopen(path, "we");

    fprintf(file, "[artem]\nbudget_ms = 0\nresolution = 64\n%s", sections);
    fclose(file);
}

static void test_denied(void)
{
    struct mock_swapchain_info made;
    char config[64];

    snprintf(config, sizeof config, "%s/artem.conf", folder);
    setenv("ARTEM_CONFIG", config, 1);
    write_config(config, "[exe:PLUGIN_CONTROL_TEST]\nallow = off\n");
    app_open_normal();
    // As if the layer were not there: the app's own usage, no socket, no swapchain of the layer's.
    CHECK(mock_get_swapchain(app.swapchains[0].handle, &made));
    CHECK_INT(made.create.usageFlags, app.swapchains[0].info.usageFlags);
    CHECK_INT(ask("status"), ARTEM_ERROR_NOT_FOUND);
    frames(3, EXPECT_ORIGINAL);
    CHECK_INT(mock_count_swapchains(false), 0);
    app_close_normal();

    // Nobody but those that are allowed; one that runs obeys as well.
    write_config(config, "allow = off\n[app:layer test]\nallow = on\n");
    app_open_normal();
    frames(1, EXPECT_ORIGINAL);
    frames(1, EXPECT_STYLED);
    write_config(config, "allow = off\n");
    CHECK_INT(ask("reload allow"), ARTEM_OK);
    frames(2, EXPECT_ORIGINAL);
    app_close_normal();

    // The loader looks at this for implicit layers only.
    write_config(config, "");
    setenv("DISABLE_ARTEM", "", 1);
    app_open_normal();
    frames(3, EXPECT_ORIGINAL);
    CHECK_INT(mock_count_swapchains(false), 0);
    app_close_normal();
    unsetenv("DISABLE_ARTEM");
    unlink(config);
}

int main(void)
{
    const int status = ask_begin(folder);
    char path[64];

    if (status != 0)
        return status;
    test_next_frame();
    test_pestered();
    test_denied();
    snprintf(path, sizeof path, "%s/artem", folder);
    CHECK_INT(rmdir(path), 0); // no socket is left
    CHECK_INT(rmdir(folder), 0);
    return test_result();
}
