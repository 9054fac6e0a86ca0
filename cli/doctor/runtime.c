// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../layer_files.h"
#include "../loader_folders.h"
#include "artem/file.h"
#include "doctor.h"

static const char check[] = "runtime";
static const char fix[] = "install an OpenXR runtime (Monado, SteamVR, WiVRn …) and make it the active one";

static void look_in(void *user, const char *folder)
{
    static const char *const names[] = {"active_runtime.x86_64.json", "active_runtime.json"};
    char *found = user, path[PATH_MAX];

    for (size_t i = 0; i < sizeof names / sizeof names[0] && found[0] == '\0'; i++)
        if (snprintf(path, sizeof path, "%s/%s", folder, names[i]) < PATH_MAX && access(path, F_OK) == 0)
            snprintf(found, PATH_MAX, "%s", path);
}

// As the loader looks: XR_RUNTIME_JSON, then active_runtime.json of the user and of the system.
static bool find_active(char path[PATH_MAX])
{
    const char *given = getenv("XR_RUNTIME_JSON");

    path[0] = '\0';
    if (given != NULL && given[0] != '\0')
        return snprintf(path, PATH_MAX, "%s", given) < PATH_MAX;
    loader_runtime_folders(look_in, path);
    return path[0] != '\0';
}

static void check_library(struct doctor *doctor, const char *manifest, const char *library)
{
    const char *slash = strrchr(manifest, '/');
    char path[2 * PATH_MAX], obstacle[1024];

    if (library[0] != '/' && strchr(library, '/') != NULL && slash != NULL)
        snprintf(path, sizeof path, "%.*s/%s", (int)(slash - manifest), manifest, library);
    else
        snprintf(path, sizeof path, "%s", library);
    if (strchr(path, '/') != NULL && access(path, F_OK) != 0) {
        doctor_say(doctor, check, DOCTOR_BAD, fix, "%s: its library %s is not there", manifest, path);
        return;
    }
    if (!doctor_can_load(path, "xrNegotiateLoaderRuntimeInterface", obstacle, sizeof obstacle))
        doctor_say(doctor, check, DOCTOR_BAD, fix, "%s: its library %s", manifest, obstacle);
    else
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "library: %s", path);
}

void doctor_check_runtime(struct doctor *doctor)
{
    char path[PATH_MAX];

    if (!find_active(path)) {
        doctor_say(doctor, check, DOCTOR_BAD, fix,
                   "there is no active OpenXR runtime: no active_runtime.json, and XR_RUNTIME_JSON is not set");
        return;
    }
    char *text = NULL;
    size_t size;
    const enum artem_result read = artem_file_read(path, LAYER_MANIFEST_MAX, &text, &size);
    const char *why = read == ARTEM_ERROR_IO ? strerror(errno) : artem_result_string(read);
    cJSON *root = read == ARTEM_OK ? cJSON_Parse(text) : NULL;
    const cJSON *runtime = cJSON_GetObjectItemCaseSensitive(root, "runtime");
    const char *library = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(runtime, "library_path"));
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(runtime, "name"));
    if (text == NULL) {
        doctor_say(doctor, check, DOCTOR_BAD, fix, "%s: %s", path, why);
    } else if (library == NULL) {
        doctor_say(doctor, check, DOCTOR_BAD, fix, "%s is no runtime's manifest", path);
    } else {
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "active: %s (%s)", name != NULL ? name : "without a name", path);
        check_library(doctor, path, library);
    }
    cJSON_Delete(root);
    free(text);
}
