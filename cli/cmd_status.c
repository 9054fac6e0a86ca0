// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"
#include "layer_files.h"
#include "watch.h"

static const char help[] = "usage: artem status [--json]\n\n"
                           "Whether the layer is enabled, by which manifest, with which settings, and the apps that it "
                           "is in just now.";

struct state {
    char user[PATH_MAX], system[PATH_MAX], config[ARTEM_PATH_MAX];
    bool by_user, by_system, off;
    enum artem_result config_result;
    struct artem_settings settings;
    uint32_t count;
};

static struct watch_session sessions[WATCH_SESSIONS_MAX];

static void print_manifest(const char *whom, const char *path, bool there)
{
    char library[PATH_MAX];

    if (!there)
        return;
    const bool read = layer_read_library(path, library);
    printf("enabled   for %s: %s\n          library %s%s\n", whom, path, read ? library : "cannot be read",
           read && access(library, R_OK) != 0 ? ", which is not there" : "");
}

static void print_settings(const struct state *s)
{
    const struct artem_settings *settings = &s->settings;

    if (s->config_result == ARTEM_OK)
        printf("settings  %s\n", s->config);
    else if (s->config_result == ARTEM_ERROR_NOT_FOUND)
        printf("settings  defaults; no %s\n", s->config[0] != '\0' ? s->config : "place to look for artem.conf");
    else
        printf("settings  defaults; %s cannot be used (artem config --check tells why)\n", s->config);
    printf("          %s, style %s, resolution %u, strength %.4g, backend %s, budget ",
           !settings->allow    ? "the layer is kept out of apps (allow = off)"
           : settings->enabled ? "painting on"
                               : "painting off",
           settings->style, settings->resolution, settings->strength / 256.0, settings->backend);
    if (settings->budget_share > 0)
        printf("%.10g of the display's period\n", settings->budget_share);
    else
        printf("%.10g ms\n", settings->budget_ms);
}

static void print_text(const struct state *s)
{
    print_manifest("this user", s->user, s->by_user);
    print_manifest("all users", s->system, s->by_system);
    if (!s->by_user && !s->by_system)
        puts("enabled   no (artem enable; or artem run -- COMMAND for one app)");
    if (s->off)
        puts("          " LAYER_DISABLE " is set here: apps started from here do without it");
    print_settings(s);
    for (uint32_t i = 0; i < s->count; i++)
        printf("%s %s (%u), %s%s%.1f frames per second: %s\n", i == 0 ? "running  " : "         ",
               sessions[i].about.app[0] != '\0' ? sessions[i].about.app : sessions[i].about.executable,
               sessions[i].about.pid, sessions[i].latest.style, sessions[i].latest.style[0] != '\0' ? ", " : "",
               sessions[i].fps, watch_state(&sessions[i]));
    if (s->count == 0)
        puts("running   no app has the layer loaded just now");
}

static int print_json(const char *command, const struct state *s)
{
    cJSON *root = json_begin(command), *list;

    cJSON_AddBoolToObject(root, "enabled_for_user", s->by_user);
    cJSON_AddBoolToObject(root, "enabled_for_system", s->by_system);
    cJSON_AddBoolToObject(root, "disabled_by_environment", s->off);
    cJSON_AddStringToObject(root, "config", s->config);
    cJSON_AddBoolToObject(root, "config_used", s->config_result == ARTEM_OK);
    cJSON_AddBoolToObject(root, "allowed", s->settings.allow);
    cJSON_AddBoolToObject(root, "painting", s->settings.allow && s->settings.enabled);
    cJSON_AddStringToObject(root, "style", s->settings.style);
    cJSON_AddStringToObject(root, "backend", s->settings.backend);
    cJSON_AddNumberToObject(root, "resolution", s->settings.resolution);
    list = cJSON_AddArrayToObject(root, "running");
    for (uint32_t i = 0; i < s->count; i++)
        cJSON_AddItemToArray(list, watch_json(&sessions[i]));
    return json_finish(root, false);
}

int cmd_status(int argc, char **argv)
{
    struct state s = {.off = getenv(LAYER_DISABLE) != NULL};
    bool json;
    const int parsed = cli_parse_json(argc, argv, help, &json);

    if (parsed != CLI_OK)
        return parsed < 0 ? cli_finish_output() : parsed;
    s.by_user = layer_is_enabled(false, s.user);
    s.by_system = layer_is_enabled(true, s.system);
    s.config_result = artem_config_load(&(struct artem_config_params){0}, &s.settings, s.config);
    s.count = watch_sessions(sessions);
    if (json)
        return print_json(argv[0], &s);
    print_text(&s);
    return cli_finish_output();
}
