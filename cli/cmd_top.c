// SPDX-License-Identifier: Apache-2.0
// A live view of every app that the layer is in.
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"
#include "watch.h"

static const char help[] =
    "usage: artem top [--once] [--json] [--interval SECONDS]\n\n"
    "Every app of this user that the layer is in, live: frames per second, time in the layer (median, 99th "
    "percentile),\n"
    "of the network, of the GPU's part and of the HUD (mean), slack against the display time, deadlines missed, age of "
    "the painting,\n"
    "what the budget governor orders and the load that it judges. All over the latest two seconds. Ctrl-C ends it.\n\n"
    "  --once         prints one table and ends\n"
    "  --json         JSON, one object per interval\n"
    "  --interval S   0.1 to 60 (1)";

static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

static void print_number(double value, int width, int digits)
{
    if (isnan(value))
        printf(" %*s", width, "-");
    else
        printf(" %*.*f", width, digits, value);
}

static void print_table(const struct watch_session *sessions, uint32_t count)
{
    printf("%7s %-16.16s %-15s %-7s %6s %9s %9s %9s %7s %7s %7s %6s %7s %-8s %6s  %s\n", "PID", "APP", "STYLE",
           "BACKEND", "FPS", "LAYER p50", "p99 ms", "NET ms", "GPU ms", "HUD ms", "SLACK", "MISSED", "AGE ms", "PACE",
           "LOAD", "STATE");
    for (uint32_t i = 0; i < count; i++) {
        const struct watch_session *s = &sessions[i];
        const char *name = s->about.app[0] != '\0' ? s->about.app : s->about.executable;
        printf("%7u %-16.16s %-15.15s %-7.7s %6.1f", s->about.pid, name, s->latest.style, s->about.backend, s->fps);
        print_number(s->layer_p50, 9, 2);
        print_number(s->layer_p99, 9, 2);
        print_number(s->network_p50, 9, 2);
        print_number(s->gpu_p50, 7, 2);
        print_number(s->hud_ms, 7, 3);
        print_number(s->slack_p50, 7, 1);
        printf(" %6u", s->missed);
        print_number(s->style_age_ms, 7, 0);
        printf(" %-8s", artem_pace_name(s->latest.pace));
        print_number(s->latest.load_ms > 0 ? s->latest.load_ms : NAN, 6, 1);
        printf("  %s\n", watch_state(s));
    }
    if (count == 0)
        puts("no app has the layer loaded just now");
}

static int print_json(const char *command, const struct watch_session *sessions, uint32_t count)
{
    cJSON *root = json_begin(command), *list = cJSON_AddArrayToObject(root, "sessions");

    for (uint32_t i = 0; i < count; i++) {
        const struct watch_session *s = &sessions[i];
        cJSON *o = watch_json(s);
        cJSON_AddStringToObject(o, "layer_version", s->about.layer_version);
        cJSON_AddStringToObject(o, "backend", s->about.backend);
        cJSON_AddNumberToObject(o, "frames_total", (double)s->total);
        cJSON_AddNumberToObject(o, "frames", s->frames);
        cJSON_AddNumberToObject(o, "styled", s->styled);
        cJSON_AddNumberToObject(o, "missed", s->missed);
        json_add_number(o, "fps", s->fps);
        json_add_number(o, "layer_ms_p50", s->layer_p50);
        json_add_number(o, "layer_ms_p95", s->layer_p95);
        json_add_number(o, "layer_ms_p99", s->layer_p99);
        json_add_number(o, "layer_ms_p99.9", s->layer_p999);
        json_add_number(o, "release_ms_p50", s->release_p50);
        json_add_number(o, "overhead_ms_p50", s->overhead_p50);
        cJSON_AddStringToObject(o, "pace", artem_pace_name(s->latest.pace));
        cJSON_AddNumberToObject(o, "rung", s->latest.rung);
        json_add_number(o, "load_ms", s->latest.load_ms);
        json_add_number(o, "network_ms_p50", s->network_p50);
        json_add_number(o, "gpu_ms_p50", s->gpu_p50);
        json_add_number(o, "hud_ms_mean", s->hud_ms);
        json_add_number(o, "slack_ms_p50", s->slack_p50);
        json_add_number(o, "gpu_slack_ms_p50", s->gpu_slack_p50);
        json_add_number(o, "style_age_ms", s->style_age_ms);
        json_add_number(o, "budget_ms", s->latest.budget_ms);
        cJSON_AddItemToArray(list, o);
    }
    return json_finish(root, true);
}

int cmd_top(int argc, char **argv)
{
    static const struct option options[] = {{"once", no_argument, NULL, 'o'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"interval", required_argument, NULL, 'i'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static struct watch_session sessions[WATCH_SESSIONS_MAX];
    bool once = false, json = false;
    double interval = 1;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        char *rest = NULL;
        if (option == 'o')
            once = true;
        else if (option == 'j')
            json = true;
        else if (option == 'i')
            interval = strtod(optarg, &rest);
        else if (option == 'h')
            return puts(help), cli_finish_output();
        else
            return CLI_USAGE;
        if (option == 'i' && (rest == optarg || *rest != '\0' || !(interval >= 0.1 && interval <= 60)))
            return cli_usage_error(argv[0], "--interval: expected 0.1 to 60 seconds, got '%s'", optarg);
    }
    if (optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);

    const bool terminal = !json && !once && isatty(STDOUT_FILENO);
    struct sigaction action = {.sa_handler = end};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    do {
        const uint32_t count = watch_sessions(sessions);
        if (terminal)
            fputs("\033[H\033[2J", stdout);
        if (!json)
            print_table(sessions, count);
        if ((json ? print_json(argv[0], sessions, count) : cli_finish_output()) != CLI_OK)
            return CLI_ERROR;
        if (once)
            break;
        const struct timespec pause = {(time_t)interval, (long)((interval - (double)(time_t)interval) * 1e9)};
        nanosleep(&pause, NULL);
    } while (!ended);
    return CLI_OK;
}
