// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../layer_files.h"
#include "../loader_folders.h"
#include "artem/file.h"
#include "doctor.h"

static const char check[] = "layers";

enum { NAMES_MAX = 128 };

// What the folders hold of layers.
struct census {
    struct doctor *doctor;
    bool implicit;
    unsigned ours; // implicit manifests of this layer
    unsigned names;
    char name[NAMES_MAX][128];
    char first_of_ours[PATH_MAX + 300];
};

// The loader wants strings where others would write numbers, and drops a manifest that differs, without a word.
static const char *find_form_fault(const cJSON *root, const cJSON *layer, bool implicit)
{
    const char *version = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "file_format_version"));
    const char *api = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(layer, "api_version"));
    const char *own = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(layer, "implementation_version"));
    unsigned major, minor;

    if (version == NULL || strcmp(version, "1.0.0") != 0)
        return "file_format_version is not \"1.0.0\"";
    if (layer == NULL)
        return "there is no api_layer in it";
    if (cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(layer, "name")) == NULL)
        return "it has no name";
    if (cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(layer, "library_path")) == NULL)
        return "it has no library_path";
    if (api == NULL || sscanf(api, "%u.%u", &major, &minor) != 2)
        return "api_version is not text of the form \"1.0\"";
    if (own == NULL)
        return "implementation_version is not text (a number must stand in quotes)";
    if (implicit && cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(layer, "disable_environment")) == NULL)
        return "an implicit layer needs a disable_environment";
    return NULL;
}

static const char *how_to_mend(const char *path, bool ours)
{
    static char fix[PATH_MAX + 64];

    if (ours)
        return "artem enable writes it anew";
    snprintf(fix, sizeof fix, "reinstall the layer that it belongs to, or remove %.3900s", path);
    return fix;
}

// Whether the library loads and is a layer.
static void check_library(struct census *census, const char *manifest, const char *name, bool ours)
{
    char library[PATH_MAX], obstacle[1024];

    if (!layer_read_library(manifest, library))
        return;
    if (strchr(library, '/') != NULL && access(library, F_OK) != 0) {
        doctor_say(census->doctor, check, DOCTOR_BAD, how_to_mend(manifest, ours),
                   "%s: its library %s is not there: the layer is skipped", manifest, library);
        return;
    }
    struct stat st;
    if (strchr(library, '/') != NULL && stat(library, &st) == 0 && (st.st_mode & S_IWOTH) != 0)
        doctor_say(census->doctor, check, DOCTOR_BAD, "chmod o-w on it",
                   "%s can be written by everybody, who thereby runs "
                   "in every app",
                   library);
    if (!doctor_can_load(library, ours ? "xrNegotiateLoaderApiLayerInterface" : NULL, obstacle, sizeof obstacle))
        doctor_say(census->doctor, check, DOCTOR_BAD, how_to_mend(manifest, ours),
                   "%s: its library %s, which can keep apps from starting", manifest, obstacle);
    else
        doctor_say(census->doctor, check, DOCTOR_GOOD, NULL, "%s %s: %s", census->implicit ? "implicit" : "explicit",
                   name, library);
}

static void check_manifest(struct census *census, const char *path)
{
    char *text = NULL;
    size_t size;
    const enum artem_result read = artem_file_read(path, LAYER_MANIFEST_MAX, &text, &size);
    const char *why = read == ARTEM_ERROR_IO ? strerror(errno) : artem_result_string(read);
    cJSON *root = read == ARTEM_OK ? cJSON_Parse(text) : NULL;
    const cJSON *layer = cJSON_GetObjectItemCaseSensitive(root, "api_layer");
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(layer, "name"));
    const bool ours = (name != NULL && strcmp(name, LAYER_NAME) == 0) || strstr(path, LAYER_MANIFEST) != NULL;
    const char *fault = text == NULL   ? why
                        : root == NULL ? "it is not JSON"
                                       : find_form_fault(root, layer, census->implicit);

    if (fault != NULL) {
        doctor_say(census->doctor, check, DOCTOR_BAD, how_to_mend(path, ours), "%s is ignored by the loader: %s", path,
                   fault);
    } else {
        const char *off = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(layer, "disable_environment"));
        const bool is_off = census->implicit && off != NULL && getenv(off) != NULL;
        if (census->names < NAMES_MAX && !is_off)
            snprintf(census->name[census->names++], sizeof census->name[0], "%s", name);
        if (ours && census->implicit && census->ours++ == 0)
            snprintf(census->first_of_ours, sizeof census->first_of_ours, "%s", path);
        else if (ours && census->implicit)
            doctor_say(census->doctor, check, DOCTOR_BAD, "keep one: artem disable, or artem disable --system as root",
                       "the layer is enabled twice, by %s and by %s: it is loaded twice, of which one copy stays idle",
                       census->first_of_ours, path);
        if (is_off && !ours)
            doctor_say(census->doctor, check, DOCTOR_NOTE, NULL, "%s is switched off by %s", name, off);
        check_library(census, path, name, ours);
    }
    cJSON_Delete(root);
    free(text);
}

static int is_manifest(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);

    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static void check_folder(void *user, const char *folder)
{
    struct census *census = user;
    struct dirent **entries;
    char path[PATH_MAX + 300];
    const int count = scandir(folder, &entries, is_manifest, alphasort);

    if (count < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            doctor_say(census->doctor, check, DOCTOR_NOTE, "give the user the right to read it", "%s: %s", folder,
                       strerror(errno));
        return;
    }
    doctor_say(census->doctor, check, DOCTOR_GOOD, NULL, "searched: %s (%d)", folder, count);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        check_manifest(census, path);
        free(entries[i]);
    }
    free(entries);
}

// As the loader builds it: from the app to the runtime.
static void tell_chain(struct doctor *doctor, const struct census *implicit)
{
    const char *list = getenv("XR_ENABLE_API_LAYERS");
    char chain[3000] = "the app";
    size_t used = strlen(chain);

    for (unsigned i = 0; i < implicit->names && used < 2500; i++)
        used += (size_t)snprintf(chain + used, sizeof chain - used, " > %.127s", implicit->name[i]);
    while (list != NULL && *list != '\0' && used < 2500) {
        const size_t length = strcspn(list, ":");
        if (length > 0)
            used +=
                (size_t)snprintf(chain + used, sizeof chain - used, " > %.*s", length < 128 ? (int)length : 127, list);
        list += length + (list[length] == ':');
    }
    doctor_say(doctor, check, DOCTOR_GOOD, NULL, "order: %s > the runtime (within a folder, the loader keeps none)",
               chain);
}

// A name that no manifest has makes every app fail to start.
static void check_wanted(struct doctor *doctor, const struct census *explicit)
{
    const char *list = getenv("XR_ENABLE_API_LAYERS");

    while (list != NULL && *list != '\0') {
        const size_t length = strcspn(list, ":");
        bool found = length == 0;
        for (unsigned i = 0; i < explicit->names && !found; i++)
            found = strlen(explicit->name[i]) == length && memcmp(explicit->name[i], list, length) == 0;
        if (!found)
            doctor_say(
                doctor, check, DOCTOR_BAD,
                "take the name out of XR_ENABLE_API_LAYERS, or add the folder of its manifest to XR_API_LAYER_PATH",
                "XR_ENABLE_API_LAYERS asks for %.*s, which no manifest has: no OpenXR app can start", (int)length,
                list);
        list += length + (list[length] == ':');
    }
}

void doctor_check_manifests(struct doctor *doctor)
{
    static struct census implicit, explicit;
    const char *wanted = getenv("XR_ENABLE_API_LAYERS");

    implicit = (struct census){.doctor = doctor, .implicit = true};
    explicit = (struct census){.doctor = doctor};
    loader_layer_folders("implicit.d", check_folder, &implicit);
    loader_layer_folders("explicit.d", check_folder, &explicit);
    check_wanted(doctor, &explicit);
    if (implicit.names > 0 || wanted != NULL)
        tell_chain(doctor, &implicit);
    const bool asked = wanted != NULL && strstr(wanted, LAYER_NAME) != NULL;
    if (implicit.ours == 0 && !asked)
        doctor_say(doctor, check, DOCTOR_NOTE, "artem enable, or artem run -- COMMAND for one app",
                   "the layer is not enabled: apps start without it");
    if (implicit.ours > 0 && asked)
        doctor_say(doctor, check, DOCTOR_NOTE, "unset XR_ENABLE_API_LAYERS, or artem disable",
                   "the layer is enabled, and asked for by XR_ENABLE_API_LAYERS as well: it is loaded twice, of which "
                   "one copy stays idle");
}
