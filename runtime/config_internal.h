// SPDX-License-Identifier: Apache-2.0
// Shared by the config_*.c files.
#ifndef ARTEM_CONFIG_INTERNAL_H
#define ARTEM_CONFIG_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "artem/config.h"
#include "control_internal.h"

// What the last attempt to read the file gave, so that a fault is reported once and not at every event in the folder.
struct config_last_read {
    enum artem_result result;
    int error; // errno of ARTEM_ERROR_IO
    size_t size;
    uint32_t checksum;
};

struct artem_config {
    pthread_mutex_t mutex; // guards settings and serial, never held over I/O
    struct artem_settings settings;
    uint32_t serial;

    atomic_uint toggles; // asked for and not done yet

    // Used by artem_config_open, then by the watcher's thread only.
    char path[ARTEM_PATH_MAX];
    char app_name[256], exe_name[256];
    bool has_app, has_exe;
    struct config_last_read last;
    struct artem_settings file;   // what artem.conf says, or the defaults
    struct artem_settings wanted; // what was set over the control socket,
    uint64_t temporary;           // in these keys, a bit each
    struct artem_watch *watch;
};

// What the file says, with what was set over the socket on top, is in force from now on. On the watcher's thread.
void artem_config_publish(struct artem_config *config);
// Reads the file again; false if it cannot be used, and then all stays as it is. On the watcher's thread.
bool artem_config_reload(struct artem_config *config);
// Turns `enabled` over for this process, as the control socket does. On the watcher's thread.
void artem_config_flip(struct artem_config *config);
// Answers the control socket; user: the artem_config.
void artem_config_answer(void *user, const struct artem_control_request *request, struct artem_control_reply *reply);

struct artem_config_report {
    char error[320];   // "artem.conf:12: strength: expected ...", "" if none
    char warning[320]; // unknown keys or sections, "" if none
};

// Text of an artem.conf (any bytes) to settings. label names the file in messages; app_name and exe_name may be NULL.
// On ARTEM_ERROR_FORMAT *out_settings is left as it was.
enum artem_result artem_config_parse(const char *text, size_t size, const char *label, const char *app_name,
                                     const char *exe_name, struct artem_settings *out_settings,
                                     struct artem_config_report *out_report);

// The file to read, absolute; "" when there is no place to look.
void artem_config_lookup(const char *explicit_path, char out[ARTEM_PATH_MAX]);

// A thread that calls changed() when the file at path may have changed, appeared or gone, after it has settled; also
// once soon after the start, and again before long where it returns false. It calls poked() soon after
// artem_watch_poke, and serves the control socket as well, unless answer is NULL. All run on that thread only, with the
// user's environment as it was at the start (user_env.h).
struct artem_watch;
enum artem_result artem_watch_start(const char *path, bool (*changed)(void *user), void (*poked)(void *user),
                                    artem_control_answer answer, void *user, struct artem_watch **out_watch);
void artem_watch_poke(struct artem_watch *watch);  // any thread
void artem_watch_stop(struct artem_watch **watch); // joins; NULL-safe

#endif
