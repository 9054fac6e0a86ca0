// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../layer_files.h"
#include "doctor.h"

#define LAUNCH_OPTIONS "PRESSURE_VESSEL_IMPORT_OPENXR_1_RUNTIMES=1 PRESSURE_VESSEL_IMPORT_OPENXR_1_LAYERS=1 %command%"

static const char check[] = "environment";

// Variables that change what happens; what is not set is not told.
static void show(struct doctor *doctor)
{
    static const char *const names[] = {"XR_RUNTIME_JSON", "XR_API_LAYER_PATH", "XR_ENABLE_API_LAYERS",
                                        "XR_LOADER_DEBUG", "XDG_DATA_HOME",     "XDG_DATA_DIRS",
                                        "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS",   "VK_ICD_FILENAMES",
                                        "VK_DRIVER_FILES", "ARTEM_CONFIG",      "ARTEM_MODELS",
                                        "ARTEM_LOG",       "ARTEM_CPU",         "ARTEM_VULKAN_DEVICE"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL)
            doctor_say(doctor, check, DOCTOR_GOOD, NULL, "%s=%.400s", names[i], value);
    }
}

static void check_containers(struct doctor *doctor)
{
    const char *home = getenv("HOME"), *layers = getenv("PRESSURE_VESSEL_IMPORT_OPENXR_1_LAYERS"),
               *runtimes = getenv("PRESSURE_VESSEL_IMPORT_OPENXR_1_RUNTIMES");
    char steam[PATH_MAX] = "";

    if (access("/.flatpak-info", F_OK) == 0)
        doctor_say(doctor, check, DOCTOR_NOTE,
                   "install Art'Em in the user's home and run artem enable outside of Flatpak",
                   "this is a Flatpak: it does not see the system's layers");
    if (access("/run/pressure-vessel", F_OK) == 0 && (layers == NULL || strcmp(layers, "1") != 0))
        doctor_say(doctor, check, DOCTOR_BAD, "set " LAUNCH_OPTIONS " as the game's launch options",
                   "this is Steam's container, and it keeps OpenXR layers out");
    else if (access("/run/pressure-vessel", F_OK) == 0 && (runtimes == NULL || strcmp(runtimes, "1") != 0))
        doctor_say(doctor, check, DOCTOR_NOTE, "set " LAUNCH_OPTIONS " as the game's launch options",
                   "this is Steam's container, and it keeps OpenXR runtimes other than SteamVR out");
    if (home != NULL && snprintf(steam, sizeof steam, "%.4000s/.var/app/com.valvesoftware.Steam", home) > 0 &&
        access(steam, F_OK) == 0)
        doctor_say(doctor, check, DOCTOR_NOTE,
                   "flatpak override --user --filesystem=xdg-data/openxr:ro --filesystem=xdg-config/artem "
                   "com.valvesoftware.Steam, with Art'Em installed below the home folder; or use Steam's own package",
                   "Steam is installed as a Flatpak: its games see neither the system's layers nor this user's");
    if (home != NULL)
        snprintf(steam, sizeof steam, "%.4000s/.steam/steam", home);
    if (home != NULL && access(steam, F_OK) == 0 && layers == NULL)
        doctor_say(doctor, check, DOCTOR_NOTE, "for games from Steam, set their launch options to " LAUNCH_OPTIONS,
                   "Steam is installed; its container keeps OpenXR layers out of games unless asked to let them in");
}

// For the control socket.
static void check_runtime_folder(struct doctor *doctor)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    struct stat st;

    if (folder == NULL || folder[0] != '/')
        doctor_say(doctor, check, DOCTOR_NOTE, "log in through a session manager (pam_systemd), or set XDG_RUNTIME_DIR",
                   "XDG_RUNTIME_DIR is not set: apps started from here cannot be steered but by artem.conf, within a "
                   "second");
    else if (stat(folder, &st) != 0 || st.st_uid != geteuid())
        doctor_say(doctor, check, DOCTOR_NOTE, "set XDG_RUNTIME_DIR to a folder of this user's own, of mode 0700",
                   "XDG_RUNTIME_DIR=%.300s is not this user's folder: there are no control sockets", folder);
}

void doctor_check_environment(struct doctor *doctor)
{
    const char *off = getenv(LAYER_DISABLE);

    show(doctor);
    if (off != NULL) // the loader does not look at the value
        doctor_say(doctor, check, DOCTOR_BAD, "unset " LAYER_DISABLE,
                   "%s=%s keeps the layer out of every app, whatever its value", LAYER_DISABLE, off);
    if (getenv("HOME") == NULL && getenv("XDG_DATA_HOME") == NULL)
        doctor_say(doctor, check, DOCTOR_BAD, "set HOME",
                   "HOME is not set: neither settings nor the user's layers are found");
    check_containers(doctor);
    check_runtime_folder(doctor);
}
