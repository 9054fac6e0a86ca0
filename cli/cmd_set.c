// SPDX-License-Identifier: Apache-2.0
// set, toggle, next, prev: they change artem.conf, which every running app watches.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/model.h"
#include "cli.h"
#include "config_edit.h"

static const char set_help[] =
    "usage: artem set KEY VALUE [--app NAME | --exe NAME]\n"
    "       artem set KEY --unset [--app NAME | --exe NAME]\n\n"
    "Changes a setting in artem.conf; apps that run obey at once. Keys and values: artem config.\n\n"
    "  --app NAME   in the section of that OpenXR application, [app:NAME]\n"
    "  --exe NAME   in the section of that executable, [exe:NAME]\n"
    "  --unset      removes the key: what [artem], or else the default, says is in force again";

static const char toggle_help[] = "usage: artem toggle [--app NAME | --exe NAME]\n\n"
                                  "Switches painting off, or on again, in all apps that run. Made for a key of the "
                                  "desktop.";

static const char next_help[] = "usage: artem next|prev [--app NAME | --exe NAME]\n\n"
                                "The next style in the order of artem styles, or the one before. Made for a key of the "
                                "desktop.";

struct target {
    const char *app, *exe, *section;
    bool unset;
};

// CLI_OK, -1 after the help, or CLI_USAGE.
static int parse(int argc, char **argv, const char *help, struct target *target)
{
    static const struct option options[] = {{"app", required_argument, NULL, 'a'},
                                            {"exe", required_argument, NULL, 'e'},
                                            {"unset", no_argument, NULL, 'u'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'a')
            target->app = optarg;
        else if (option == 'e')
            target->exe = optarg;
        else if (option == 'u')
            target->unset = true;
        else if (option == 'h')
            return puts(help), -1;
        else
            return CLI_USAGE;
    }
    target->section = config_edit_section(argv[0], target->app, target->exe);
    return target->section != NULL ? CLI_OK : CLI_USAGE;
}

static int load(const struct target *target, struct artem_settings *settings)
{
    const struct artem_config_params params = {.app_name = target->app, .exe_name = target->exe};
    const enum artem_result result = artem_config_load(&params, settings, NULL);

    return result == ARTEM_OK || result == ARTEM_ERROR_NOT_FOUND ? CLI_OK : CLI_ERROR; // the log has said why
}

int cmd_set(int argc, char **argv)
{
    struct target target = {0};
    struct artem_settings settings;
    char error[256];
    int result = parse(argc, argv, set_help, &target);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    if (argc - optind != (target.unset ? 1 : 2))
        return cli_usage_error(argv[0], target.unset ? "expected KEY" : "expected KEY and VALUE");
    const char *key = argv[optind], *value = argv[optind + 1];
    artem_settings_default(&settings);
    const enum artem_result known = artem_settings_set(&settings, key, target.unset ? "" : value, error, sizeof error);
    if (known == ARTEM_ERROR_NOT_FOUND)
        return cli_usage_error(argv[0], "there is no setting '%s'", key);
    if (target.unset)
        return config_edit_remove(target.section, key);
    if (known != ARTEM_OK)
        return cli_usage_error(argv[0], "%s: %s", key, error);
    // A style that is not there would leave the one before it.
    struct artem_style *style = NULL;
    const bool names_style = strcmp(key, "style") == 0 || (strcmp(key, "blend_style") == 0 && value[0] != '\0');
    if (names_style && artem_library_load_style(value, &style) != ARTEM_OK)
        return CLI_ERROR; // the library has said why
    artem_style_unref(&style);
    return config_edit_set(target.section, key, value);
}

int cmd_toggle(int argc, char **argv)
{
    struct target target = {0};
    struct artem_settings settings;
    int result = parse(argc, argv, toggle_help, &target);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    if (optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);
    result = load(&target, &settings);
    if (result == CLI_OK)
        result = config_edit_set(target.section, "enabled", settings.enabled ? "off" : "on");
    if (result == CLI_OK)
        puts(settings.enabled ? "off" : "on");
    return result == CLI_OK ? cli_finish_output() : result;
}

// The neighbours of a name in the sorted list; it need not be in it.
struct neighbours {
    const char *name;
    char first[ARTEM_NAME_MAX], last[ARTEM_NAME_MAX], before[ARTEM_NAME_MAX], after[ARTEM_NAME_MAX];
};

static int look(void *user, const char *name, const char *path)
{
    struct neighbours *n = user;
    const int order = strcmp(name, n->name);

    (void)path;
    if (n->first[0] == '\0')
        snprintf(n->first, sizeof n->first, "%s", name);
    snprintf(n->last, sizeof n->last, "%s", name);
    if (order < 0)
        snprintf(n->before, sizeof n->before, "%s", name);
    if (order > 0 && n->after[0] == '\0')
        snprintf(n->after, sizeof n->after, "%s", name);
    return 0;
}

static int step(int argc, char **argv, bool forwards)
{
    struct target target = {0};
    struct artem_settings settings;
    struct neighbours n = {0};
    int result = parse(argc, argv, next_help, &target);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    if (optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);
    result = load(&target, &settings);
    if (result != CLI_OK)
        return result;
    n.name = settings.style;
    if (artem_library_list(look, &n) != ARTEM_OK || n.first[0] == '\0')
        return cli_error("no styles are installed; see artem styles --help");
    const char *style = forwards ? (n.after[0] != '\0' ? n.after : n.first) : (n.before[0] != '\0' ? n.before : n.last);
    result = config_edit_set(target.section, "style", style);
    if (result == CLI_OK)
        puts(style);
    return result == CLI_OK ? cli_finish_output() : result;
}

int cmd_next(int argc, char **argv)
{
    return step(argc, argv, true);
}

int cmd_prev(int argc, char **argv)
{
    return step(argc, argv, false);
}
