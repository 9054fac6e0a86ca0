// SPDX-License-Identifier: Apache-2.0
#include "change.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "json.h"
#include "steer.h"

static struct steer_app apps[STEER_APPS_MAX];

static bool parse_pid(const char *text, long *out)
{
    char *end;

    errno = 0;
    *out = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *out > 0;
}

int change_parse(int argc, char **argv, const char *help, unsigned has, struct change *c)
{
    static const struct option options[] = {
        {"app", required_argument, NULL, 'a'}, {"exe", required_argument, NULL, 'e'},
        {"json", no_argument, NULL, 'j'},      {"help", no_argument, NULL, 'h'},
        {"unset", no_argument, NULL, 'u'},     {"only", no_argument, NULL, 'o'},
        {"session", no_argument, NULL, 's'},   {"pid", required_argument, NULL, 'p'},
        {"system", no_argument, NULL, 'y'},    {NULL, 0, NULL, 0}};
    int option;

    *c = (struct change){.command = argv[0]};
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        const unsigned needs = option == 'u'                    ? CHANGE_UNSET
                               : option == 'o'                  ? CHANGE_ONLY
                               : option == 'y'                  ? CHANGE_SYSTEM
                               : option == 's' || option == 'p' ? CHANGE_SESSION
                                                                : 0;
        if ((needs & ~has) != 0)
            return cli_usage_error(argv[0], "unknown option %s", argv[optind - 1]);
        if (option == 'a')
            c->app = optarg;
        else if (option == 'e')
            c->exe = optarg;
        else if (option == 'j')
            c->json = true;
        else if (option == 'u')
            c->unset = true;
        else if (option == 'o')
            c->only = true;
        else if (option == 's' || option == 'p')
            c->session = true;
        else if (option == 'y')
            c->system = true;
        else if (option == 'h')
            return puts(help), -1;
        else
            return CLI_USAGE; // getopt has said why
        if (option == 'p' && !parse_pid(optarg, &c->pid))
            return cli_usage_error(argv[0], "--pid: expected the number of a process, got '%s'", optarg);
    }
    c->section = config_edit_section(argv[0], c->app, c->exe);
    return c->section != NULL ? CLI_OK : CLI_USAGE;
}

static const char *describe(const struct steer_app *app, const char *wanted, bool in_file)
{
    if (app->result == ARTEM_ERROR_ARGUMENT)
        return app->error;
    if (app->result != ARTEM_OK)
        return in_file ? "does not answer; it reads artem.conf by itself" : "does not answer";
    return wanted != NULL && strcmp(wanted, app->value) != 0 ? "by a section of its own, or a default" : NULL;
}

static void print_app(const struct steer_app *app, const char *key, const char *wanted, bool in_file)
{
    const char *remark = describe(app, wanted, in_file), *name = app->app[0] != '\0' ? app->app : app->executable;

    printf("%s (%ld): ", name[0] != '\0' ? name : "an app", app->pid);
    if (app->result == ARTEM_OK)
        printf("%s = %s%s%s\n", key, app->value, remark != NULL ? ", " : "", remark != NULL ? remark : "");
    else
        puts(remark);
}

static void add_apps(cJSON *root, uint32_t count)
{
    cJSON *list = cJSON_AddArrayToObject(root, "apps");

    for (uint32_t i = 0; i < count; i++) {
        cJSON *o = cJSON_CreateObject();
        cJSON_AddNumberToObject(o, "pid", (double)apps[i].pid);
        cJSON_AddStringToObject(o, "app", apps[i].app);
        cJSON_AddStringToObject(o, "executable", apps[i].executable);
        cJSON_AddBoolToObject(o, "answered", apps[i].result == ARTEM_OK || apps[i].result == ARTEM_ERROR_ARGUMENT);
        if (apps[i].result == ARTEM_OK)
            cJSON_AddStringToObject(o, "value", apps[i].value);
        else
            cJSON_AddStringToObject(o, "error", describe(&apps[i], NULL, false));
        cJSON_AddItemToArray(list, o);
    }
}

// The value as the settings have it, "1.0" and "1" being the same.
static const char *canonical(const char *key, const char *value, char out[ARTEM_PATH_MAX])
{
    struct artem_settings settings;
    char error[256];

    artem_settings_default(&settings);
    if (value == NULL || artem_settings_set(&settings, key, value, error, sizeof error) != ARTEM_OK)
        return NULL;
    return artem_settings_get(&settings, key, out) == ARTEM_OK ? out : NULL;
}

static int tell(const struct change *c, const char *key, const char *value, const char *line, uint32_t count)
{
    char text[ARTEM_PATH_MAX];
    const char *wanted = canonical(key, value, text);

    if (c->json) {
        cJSON *root = json_begin(c->command);
        if (!c->session)
            cJSON_AddStringToObject(root, "section", c->section);
        cJSON_AddStringToObject(root, "key", key);
        if (wanted != NULL)
            cJSON_AddStringToObject(root, "value", wanted);
        add_apps(root, count);
        return json_finish(root, false);
    }
    if (line != NULL)
        puts(line);
    for (uint32_t i = 0; i < count; i++)
        print_app(&apps[i], key, wanted, !c->session);
    return cli_finish_output();
}

// What comes after the file.
static int tell_apps(const struct change *c, const char *key, const char *value, const char *line)
{
    const struct steer_whom whom = {c->only ? NULL : c->app, c->only ? NULL : c->exe, 0};
    char request[ARTEM_CONTROL_LINE_MAX];

    snprintf(request, sizeof request, "reload %s", key);
    return tell(c, key, value, line, steer(&whom, request, key, apps));
}

int change_file(const struct change *c, const char *key, const char *value, const char *line)
{
    int result = value != NULL ? config_edit_set(c->section, key, value) : config_edit_remove(c->section, key);

    if (result == CLI_OK && c->only)
        result = config_edit_set("artem", key, "off");
    return result == CLI_OK ? tell_apps(c, key, c->only ? NULL : value, line) : result;
}

int change_file_by(const struct change *c, const char *key, config_edit_choice choose, void *user)
{
    const char *value;
    const int result = config_edit_choose(c->section, key, choose, user, &value);

    return result == CLI_OK ? tell_apps(c, key, value, value) : result;
}

int change_session(const struct change *c, const char *request, const char *key)
{
    const struct steer_whom whom = {c->app, c->exe, c->pid};
    const uint32_t count = steer(&whom, request, key, apps);
    int result;

    if (count == 0)
        return cli_error(whom.app || whom.exe || whom.pid ? "no app of that name or number runs with the layer"
                                                          : "no app runs with the layer");
    result = tell(c, key, NULL, NULL, count);
    for (uint32_t i = 0; i < count; i++)
        if (apps[i].result != ARTEM_OK)
            result = CLI_ERROR;
    return result;
}
