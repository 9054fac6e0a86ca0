// SPDX-License-Identifier: Apache-2.0
// The user's environment as it was, for threads of ours that go on beside the host's: getenv on one thread while
// another calls setenv is a data race, and hosts do call it.
#ifndef ARTEM_USER_ENV_H
#define ARTEM_USER_ENV_H

struct user_env;

// The variables that such threads ask for, as they are now. NULL if memory is short.
struct user_env *user_env_keep(void);
void user_env_free(struct user_env *env);
// From now on artem_user_env, on the calling thread, knows these and no others; NULL: the process's own again.
void user_env_use(const struct user_env *env);

#endif
