// SPDX-License-Identifier: Apache-2.0
#include "steer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct request {
    const struct steer_whom *whom;
    const char *text, *key;
    struct steer_app *apps;
    uint32_t count;
};

static void find(const char *answer, const char *key, char *out, size_t size)
{
    char value[ARTEM_PATH_MAX] = "";

    artem_control_find(answer, key, value);
    snprintf(out, size, "%.*s", (int)size - 1, value);
}

static bool is_wanted(const struct steer_whom *whom, const struct steer_app *app)
{
    return (whom->app == NULL || strcasecmp(whom->app, app->app) == 0) &&
           (whom->exe == NULL || strcasecmp(whom->exe, app->executable) == 0) &&
           (whom->pid == 0 || whom->pid == app->pid);
}

static int ask(void *user, int connection, const char *name)
{
    struct request *r = user;
    struct steer_app *app = &r->apps[r->count];
    char answer[ARTEM_CONTROL_ANSWER_MAX];

    memset(app, 0, sizeof *app);
    app->pid = strtol(name, NULL, 10);
    app->result = artem_control_ask(connection, "status", answer);
    if (app->result == ARTEM_OK) {
        find(answer, "app", app->app, sizeof app->app);
        find(answer, "executable", app->executable, sizeof app->executable);
    }
    if (!is_wanted(r->whom, app))
        return 0;
    if (app->result == ARTEM_OK)
        app->result = artem_control_ask(connection, r->text, answer);
    if (app->result == ARTEM_OK)
        find(answer, r->key, app->value, sizeof app->value);
    else if (app->result == ARTEM_ERROR_ARGUMENT)
        snprintf(app->error, sizeof app->error, "%.*s", ARTEM_PATH_MAX - 1, answer);
    return ++r->count == STEER_APPS_MAX;
}

static int compare(const void *a, const void *b)
{
    const struct steer_app *x = a, *y = b;

    return (x->pid > y->pid) - (x->pid < y->pid);
}

uint32_t steer(const struct steer_whom *whom, const char *request, const char *key,
               struct steer_app apps[STEER_APPS_MAX])
{
    struct request r = {whom, request, key, apps, 0};

    artem_control_list(ask, &r);
    qsort(apps, r.count, sizeof *apps, compare);
    return r.count;
}
