// SPDX-License-Identifier: Apache-2.0
// set, toggle, next, prev: in artem.conf and in the apps that run, or in these alone.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/control.h"
#include "artem/model.h"
#include "change.h"
#include "cli.h"

#define WHOM_HELP                                                                                                      \
    "  --app NAME   in the section of that OpenXR application, [app:NAME]\n"                                           \
    "  --exe NAME   in the section of that executable, [exe:NAME]; under Wine and Proton the Windows one\n"            \
    "  --session    only in apps that run, until they end: artem.conf stays as it is\n"                                \
    "  --pid N      the same, in one process\n"                                                                        \
    "  --json       what the apps said, for programs"

static const char set_help[] =
    "usage: artem set KEY VALUE [--app NAME | --exe NAME] [--session | --pid N] [--json]\n"
    "       artem set KEY --unset [--app NAME | --exe NAME] [--session | --pid N] [--json]\n\n"
    "Changes a setting in artem.conf, and tells the apps that run, which obey with their next frame. What each of "
    "them\n"
    "has now is printed. Keys and values: artem config.\n\n"
    "  --unset      removes the key: what [artem], or else the default, says is in force again; with --session, what\n"
    "               artem.conf says\n" WHOM_HELP;

static const char toggle_help[] = "usage: artem toggle [--app NAME | --exe NAME] [--session | --pid N] [--json]\n\n"
                                  "Switches painting off, or on again. Made for a key of the desktop.\n\n" WHOM_HELP;

static const char next_help[] = "usage: artem next|prev [--app NAME | --exe NAME] [--session | --pid N] [--json]\n\n"
                                "The next style in the order of artem styles, or the one before. Made for a key of the "
                                "desktop.\n\n" WHOM_HELP;

static int load(const struct change *change, struct artem_settings *settings)
{
    const struct artem_config_params params = {.app_name = change->app, .exe_name = change->exe};
    const enum artem_result result = artem_config_load(&params, settings, NULL);

    return result == ARTEM_OK || result == ARTEM_ERROR_NOT_FOUND ? CLI_OK : CLI_ERROR; // the log has said why
}

// A style that is not there would leave the one before it.
static bool has_style(const char *key, const char *value)
{
    if (strcmp(key, "style") != 0 && (strcmp(key, "blend_style") != 0 || value[0] == '\0'))
        return true;
    return cli_has_style(value);
}

// "-1" is a value that is out of range. getopt would take it for an option.
static int refuse_negative(int argc, char **argv)
{
    struct artem_settings settings;
    char error[256];

    artem_settings_default(&settings);
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (argv[i][0] == '-' && strspn(argv[i] + 1, "0123456789.") > 0 &&
            artem_settings_set(&settings, argv[i - 1], argv[i], error, sizeof error) == ARTEM_ERROR_FORMAT)
            return cli_usage_error(argv[0], "%s: %s", argv[i - 1], error);
    return CLI_OK;
}

static int set(const struct change *change, const char *key, const char *value)
{
    char request[ARTEM_CONTROL_LINE_MAX];

    if (!change->session)
        return change_file(change, key, value, NULL);
    snprintf(request, sizeof request, value != NULL ? "set %s %s" : "unset %s", key, value);
    return change_session(change, request, key);
}

int cmd_set(int argc, char **argv)
{
    struct artem_settings settings;
    struct change change;
    char error[256];

    if (refuse_negative(argc, argv) != CLI_OK)
        return CLI_USAGE;
    const int parsed = change_parse(argc, argv, set_help, CHANGE_UNSET | CHANGE_SESSION, &change);
    if (parsed != CLI_OK)
        return parsed < 0 ? cli_finish_output() : parsed;
    if (argc - optind != (change.unset ? 1 : 2))
        return cli_usage_error(argv[0], change.unset ? "expected KEY" : "expected KEY and VALUE");
    const char *key = argv[optind], *value = argv[optind + 1];
    artem_settings_default(&settings);
    const enum artem_result known = artem_settings_set(&settings, key, change.unset ? "" : value, error, sizeof error);
    if (known == ARTEM_ERROR_NOT_FOUND)
        return cli_usage_error(argv[0], "there is no setting '%s'", key);
    if (change.unset)
        return set(&change, key, NULL);
    if (known != ARTEM_OK)
        return cli_usage_error(argv[0], "%s: %s", key, error);
    if (strpbrk(value, "\n\r") != NULL)
        return cli_usage_error(argv[0], "%s: a value is one line", key);
    return has_style(key, value) ? set(&change, key, value) : CLI_ERROR;
}

static int parse_step(int argc, char **argv, const char *help, struct change *change)
{
    const int parsed = change_parse(argc, argv, help, CHANGE_SESSION, change);

    if (parsed == CLI_OK && optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);
    return parsed;
}

static const char *choose_toggled(void *user)
{
    struct artem_settings settings;

    if (load(user, &settings) != CLI_OK)
        return NULL;
    return settings.enabled ? "off" : "on";
}

int cmd_toggle(int argc, char **argv)
{
    struct change change;
    const int parsed = parse_step(argc, argv, toggle_help, &change);

    if (parsed != CLI_OK)
        return parsed < 0 ? cli_finish_output() : parsed;
    if (change.session)
        return change_session(&change, "toggle", "enabled");
    return change_file_by(&change, "enabled", choose_toggled, &change);
}

struct stepped {
    struct change change;
    bool forwards;
    char style[ARTEM_NAME_MAX];
};

static const char *choose_stepped(void *user)
{
    struct artem_settings settings;
    struct stepped *s = user;

    if (load(&s->change, &settings) != CLI_OK)
        return NULL;
    if (artem_library_step(settings.style, s->forwards, s->style) == ARTEM_OK)
        return s->style;
    cli_error("no styles are installed; see artem styles --help");
    return NULL;
}

static int step(int argc, char **argv, bool forwards)
{
    struct stepped s = {.forwards = forwards};
    const int parsed = parse_step(argc, argv, next_help, &s.change);

    if (parsed != CLI_OK)
        return parsed < 0 ? cli_finish_output() : parsed;
    if (s.change.session)
        return change_session(&s.change, forwards ? "next" : "prev", "style");
    return change_file_by(&s.change, "style", choose_stepped, &s);
}

int cmd_next(int argc, char **argv)
{
    return step(argc, argv, true);
}

int cmd_prev(int argc, char **argv)
{
    return step(argc, argv, false);
}
