// SPDX-License-Identifier: Apache-2.0
#include "thread.h"

#include <signal.h>

bool artem_thread_start(pthread_t *out_thread, const char *name, void *(*run)(void *user), void *user)
{
    sigset_t all, old;

    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &old) != 0)
        return false;
    int error = pthread_create(out_thread, NULL, run, user);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (error == 0)
        pthread_setname_np(*out_thread, name);
    return error == 0;
}
