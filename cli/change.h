// SPDX-License-Identifier: Apache-2.0
// What set, toggle, next, prev, allow, deny, enable --app and disable --app have in common: a setting is changed in
// artem.conf, and the apps that run are told at once and say what they make of it; or only these are.
#ifndef ARTEM_CLI_CHANGE_H
#define ARTEM_CLI_CHANGE_H

#include <stdbool.h>

#include "config_edit.h"

struct change {
    const char *command;   // argv[0]
    const char *app, *exe; // --app, --exe
    const char *section;   // of artem.conf, by them
    long pid;              // --pid, which implies --session; 0: any
    bool session;          // --session: artem.conf stays as it is
    bool unset, only;      // --unset, --only (all other apps the opposite), where the command has them
    bool system;           // --system
    bool json;
};

enum {
    CHANGE_UNSET = 1,
    CHANGE_ONLY = 2,
    CHANGE_SESSION = 4,
    CHANGE_SYSTEM = 8
}; // options that the command has, beside the others

// CLI_OK, -1 after the help, or CLI_USAGE after a message.
int change_parse(int argc, char **argv, const char *help, unsigned has, struct change *out_change);

// Sets the key in its section of artem.conf (value NULL: removes it; with `only`, to off for
// everybody else), then has the apps that run read it. `line`, unless
// NULL, is printed before what the apps say. CLI_OK as soon as the file is changed.
int change_file(const struct change *change, const char *key, const char *value, const char *line);
// Sets it to what `choose` makes of the settings as they are (config_edit.h), which is printed before what the apps
// say.
int change_file_by(const struct change *change, const char *key, config_edit_choice choose, void *user);
// Sends a request (artem/control.h) to the apps that run. CLI_ERROR if there is none, or one refuses.
int change_session(const struct change *change, const char *request, const char *key);

#endif
