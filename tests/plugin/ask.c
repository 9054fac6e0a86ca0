// SPDX-License-Identifier: Apache-2.0
#include "ask.h"

#include <stdlib.h>

#include "app.h"
#include "test.h"

char answer[ARTEM_CONTROL_ANSWER_MAX];

struct ask {
    const char *request;
    enum artem_result result;
    unsigned count;
};

static int ask_one(void *user, int connection, const char *name)
{
    struct ask *a = user;

    (void)name;
    a->count++;
    a->result = artem_control_ask(connection, a->request, answer);
    return 0;
}

int ask_begin(char *folder)
{
    if (!app_has_device())
        return TEST_SKIPPED;
    if (mkdtemp(folder) == NULL)
        return 1;
    setenv("XDG_RUNTIME_DIR", folder, 1);
    setenv("ARTEM_LOG", "error", 0);
    return 0;
}

enum artem_result ask(const char *request)
{
    struct ask a = {.request = request, .result = ARTEM_ERROR_NOT_FOUND};

    artem_control_list(ask_one, &a);
    CHECK(a.count <= 1);
    return a.result;
}
