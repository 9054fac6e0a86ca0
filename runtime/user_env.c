// SPDX-License-Identifier: Apache-2.0
#include "user_env.h"

#include <stdlib.h>
#include <string.h>

#include "artem/file.h"

// Settings with paths in the home folder, and where styles are.
static const char *const names[] = {"HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS", "ARTEM_MODELS"};
enum { COUNT = sizeof names / sizeof names[0] };

struct user_env {
    char *value[COUNT]; // NULL: not set
};

static _Thread_local const struct user_env *in_use;

static const char *ask(const char *name)
{
    const char *value = secure_getenv(name);

    return value && value[0] ? value : NULL;
}

struct user_env *user_env_keep(void)
{
    struct user_env *env = calloc(1, sizeof *env);

    for (int i = 0; env != NULL && i < COUNT; i++) {
        const char *value = ask(names[i]);
        if (value == NULL)
            continue;
        env->value[i] = strdup(value);
        if (env->value[i] == NULL) {
            user_env_free(env);
            env = NULL;
        }
    }
    return env;
}

void user_env_free(struct user_env *env)
{
    for (int i = 0; env != NULL && i < COUNT; i++)
        free(env->value[i]);
    free(env);
}

void user_env_use(const struct user_env *env)
{
    in_use = env;
}

const char *artem_user_env(const char *name)
{
    if (in_use == NULL)
        return ask(name);
    for (int i = 0; i < COUNT; i++)
        if (strcmp(name, names[i]) == 0)
            return in_use->value[i];
    return NULL;
}
