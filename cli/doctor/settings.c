// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/config.h"
#include "artem/model.h"
#include "doctor.h"

static const char check[] = "settings";

struct census {
    struct doctor *doctor;
    unsigned count; // of styles that are good
};

static int take_style(void *user, const char *name, const char *path)
{
    struct census *census = user;
    struct artem_style *style = NULL;
    const enum artem_result result = artem_style_load(path, &style);

    (void)name;
    if (result == ARTEM_OK)
        census->count++;
    else
        doctor_say(census->doctor, check, DOCTOR_NOTE, "remove it, or put a good one in its place",
                   "%s is no style: %s", path, artem_result_string(result));
    artem_style_unref(&style);
    return 0;
}

// Others could otherwise steer what the app writes where.
static void check_rights(struct doctor *doctor, const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && (st.st_mode & S_IWOTH) != 0)
        doctor_say(doctor, check, DOCTOR_NOTE, "chmod o-w on it", "%s can be written by everybody", path);
}

static void tell_fault(struct doctor *doctor, const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0 || access(path, R_OK) != 0)
        doctor_say(doctor, check, DOCTOR_BAD, "give the user the right to read it", "%s cannot be read: %s", path,
                   strerror(errno));
    else if (!S_ISREG(st.st_mode))
        doctor_say(doctor, check, DOCTOR_BAD, "put a file in its place, or move it away", "%s is %s", path,
                   S_ISDIR(st.st_mode) ? "a folder" : "no regular file");
    else if (st.st_size > ARTEM_CONFIG_BYTES_MAX)
        doctor_say(doctor, check, DOCTOR_BAD, "shorten it, or move it away", "%s is longer than 1 MiB", path);
    else
        doctor_say(doctor, check, DOCTOR_BAD,
                   "mend the line that the message above names; artem config --check tells when it is good",
                   "%s has a mistake, and none of it is used", path);
}

static void check_log(struct doctor *doctor, const char *path)
{
    char folder[PATH_MAX];

    if (path[0] == '\0')
        return;
    snprintf(folder, sizeof folder, "%.4000s", path);
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        *(slash == folder ? slash + 1 : slash) = '\0';
    if (access(access(path, F_OK) == 0 ? path : folder, W_OK) != 0)
        doctor_say(doctor, check, DOCTOR_BAD, "artem set log_file PATH, of a file that can be written",
                   "log_file = %s cannot be written: %s", path, strerror(errno));
}

static void check_styles(struct doctor *doctor, const struct artem_settings *settings)
{
    struct artem_network *network = NULL;
    struct artem_style *style = NULL;
    struct census census = {.doctor = doctor};

    artem_library_list(take_style, &census);
    if (census.count == 0 || artem_library_load_network(&network) != ARTEM_OK)
        doctor_say(doctor, check, DOCTOR_BAD,
                   "reinstall Art'Em, or set ARTEM_MODELS to a folder with artem.artnet and styles",
                   "no network and styles are installed: nothing is painted");
    else if (artem_library_load_style(settings->style, &style) != ARTEM_OK)
        doctor_say(doctor, check, DOCTOR_BAD, "artem set style NAME, one of those that artem styles lists",
                   "style = %s cannot be used", settings->style);
    else if (style->network_id != network->id)
        doctor_say(doctor, check, DOCTOR_BAD, "train it again with models/artem-train, or choose another",
                   "style = %s was made for another network", settings->style);
    else
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "%u styles; %s is chosen", census.count, settings->style);
    artem_style_unref(&style);
    artem_network_unref(&network);
}

void doctor_check_settings(struct doctor *doctor)
{
    struct artem_settings settings;
    char path[ARTEM_PATH_MAX];
    const enum artem_result result = artem_config_load(&(struct artem_config_params){0}, &settings, path);

    if (result == ARTEM_OK) {
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "%s: good", path);
        check_rights(doctor, path);
    } else if (path[0] == '\0') {
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "no place to look for artem.conf: defaults");
    } else if (result == ARTEM_ERROR_NOT_FOUND) {
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "no artem.conf: defaults (%s)", path);
    } else {
        tell_fault(doctor, path);
    }
    if (!settings.allow)
        doctor_say(doctor, check, DOCTOR_BAD, "artem allow",
                   "allow = off: the layer keeps out of all apps but those of sections that say otherwise");
    else if (!settings.enabled)
        doctor_say(doctor, check, DOCTOR_NOTE, "artem toggle",
                   "enabled = off: apps show their own pictures, but for sections that say otherwise");
    check_log(doctor, settings.log_file);
    check_styles(doctor, &settings);
}
