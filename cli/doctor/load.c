// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

struct library {
    const char *path, *symbol;
};

// The answer: '+', or '-' and what is wrong.
static size_t try_library(const void *user, void *answer, size_t size)
{
    const struct library *library = user;
    void *handle = dlopen(library->path, RTLD_NOW | RTLD_LOCAL);

    if (handle == NULL)
        snprintf(answer, size, "-does not load: %s", dlerror());
    else if (library->symbol != NULL && dlsym(handle, library->symbol) == NULL)
        snprintf(answer, size, "-has no %s", library->symbol);
    else
        snprintf(answer, size, "+");
    return strlen(answer);
}

bool doctor_can_load(const char *path, const char *symbol, char *obstacle, size_t size)
{
    const struct library library = {path, symbol};
    char answer[1024];
    const size_t length = doctor_ask_child(try_library, &library, answer, sizeof answer - 1);

    answer[length] = '\0';
    if (length == 0)
        snprintf(obstacle, size, "crashes or hangs when it is loaded");
    else if (answer[0] == '-')
        snprintf(obstacle, size, "%s", answer + 1);
    return answer[0] == '+';
}
