// SPDX-License-Identifier: Apache-2.0
#include "artem/config.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/file.h"
#include "artem/log.h"
#include "config_internal.h"
#include "crc32.h"

enum { MAX_FILE = 1 << 20 };

// What the last attempt to read the file gave, so that a fault is reported once and not at every event in the folder.
struct last_read {
    enum artem_result result;
    int error; // errno of ARTEM_ERROR_IO
    size_t size;
    uint32_t checksum;
};

struct artem_config {
    pthread_mutex_t mutex; // guards settings and serial, never held over I/O
    struct artem_settings settings;
    uint32_t serial;

    // Used by artem_config_open, then by the watcher's thread only.
    char path[ARTEM_PATH_MAX];
    char app_name[256], exe_name[256];
    bool has_app, has_exe;
    struct last_read last;
    struct artem_watch *watch;
};

void artem_settings_default(struct artem_settings *out_settings)
{
    memset(out_settings, 0, sizeof *out_settings);
    out_settings->enabled = true;
    snprintf(out_settings->style, sizeof out_settings->style, "great_wave");
    out_settings->blend = 128;
    out_settings->strength = 256;
    out_settings->keep_color = 0;
    out_settings->resolution = 512;
    out_settings->budget_ms = 11.1;
    snprintf(out_settings->backend, sizeof out_settings->backend, "auto");
    out_settings->threads = 0;
    out_settings->ar = false;
    out_settings->record_frames = 100;
}

static bool same_settings(const struct artem_settings *a, const struct artem_settings *b)
{
    return a->enabled == b->enabled && strcmp(a->style, b->style) == 0 && strcmp(a->blend_style, b->blend_style) == 0 &&
           a->blend == b->blend && a->strength == b->strength && a->keep_color == b->keep_color &&
           a->keep_text == b->keep_text && a->resolution == b->resolution && a->budget_ms == b->budget_ms && strcmp(a->log_file, b->log_file) == 0 &&
           strcmp(a->backend, b->backend) == 0 && a->threads == b->threads && a->ar == b->ar &&
           strcmp(a->record, b->record) == 0 && a->record_frames == b->record_frames;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// Reads and parses; on success *out is set. Logs only when the outcome differs from *last. *out_changed: the content
// does.
static enum artem_result read_settings(const char *path, const char *app_name, const char *exe_name,
                                       struct last_read *last, bool *out_changed, struct artem_settings *out)
{
    char *data = NULL;
    struct last_read now = {0};

    now.result = artem_file_read(path, MAX_FILE, &data, &now.size);
    if (now.result == ARTEM_ERROR_IO)
        now.error = errno;
    else if (now.result == ARTEM_OK)
        now.checksum = artem_crc32(data, now.size);
    bool readable = now.result == ARTEM_OK;

    struct artem_config_report report = {"", ""};
    if (readable)
        now.result = artem_config_parse(data, now.size, base_name(path), app_name, exe_name, out, &report);
    free(data);

    *out_changed = now.result != last->result || now.error != last->error || now.size != last->size ||
                   now.checksum != last->checksum;
    *last = now;
    if (!*out_changed)
        return now.result;
    if (report.error[0])
        artem_log(ARTEM_LOG_ERROR, "%s", report.error);
    else if (report.warning[0])
        artem_log(ARTEM_LOG_WARN, "%s", report.warning);
    else if (now.result == ARTEM_ERROR_FORMAT)
        artem_log(ARTEM_LOG_ERROR, "%s: not a regular file of at most %d KiB", path, MAX_FILE >> 10);
    errno = now.error;
    if (now.result == ARTEM_ERROR_IO && now.error != ENOENT && now.error != ENOTDIR)
        artem_log(ARTEM_LOG_ERROR, "%s: cannot be read: %m", path);
    return now.result;
}

static bool is_missing(const struct last_read *last)
{
    return last->result == ARTEM_ERROR_IO && (last->error == ENOENT || last->error == ENOTDIR);
}

// On the watcher's thread.
static void reload(void *user)
{
    struct artem_config *config = user;
    struct artem_settings settings;
    bool changed;
    enum artem_result result =
        read_settings(config->path, config->has_app ? config->app_name : NULL,
                      config->has_exe ? config->exe_name : NULL, &config->last, &changed, &settings);

    if (!changed)
        return;
    if (result != ARTEM_OK) {
        artem_log(ARTEM_LOG_WARN, "%s: %s; the settings stay as they are", config->path,
                  is_missing(&config->last) ? "the file is gone" : "not used");
        return;
    }
    pthread_mutex_lock(&config->mutex);
    bool differs = !same_settings(&settings, &config->settings);
    if (differs) {
        config->settings = settings;
        config->serial++;
    }
    pthread_mutex_unlock(&config->mutex);
    if (differs)
        artem_log(ARTEM_LOG_INFO, "%s: new settings, style %s, %s", config->path, settings.style,
                  settings.enabled ? "on" : "off");
}

static void copy_name(char *out, size_t size, bool *out_has, const char *name)
{
    *out_has = name != NULL;
    snprintf(out, size, "%s", name ? name : "");
}

enum artem_result artem_config_open(const struct artem_config_params *params, struct artem_config **out_config)
{
    if (!params || !out_config)
        return ARTEM_ERROR_ARGUMENT;
    struct artem_config *config = calloc(1, sizeof *config);
    if (!config)
        return ARTEM_ERROR_MEMORY;
    if (pthread_mutex_init(&config->mutex, NULL) != 0) {
        free(config);
        return ARTEM_ERROR_MEMORY;
    }
    config->serial = 1;
    artem_settings_default(&config->settings);
    copy_name(config->app_name, sizeof config->app_name, &config->has_app, params->app_name);
    copy_name(config->exe_name, sizeof config->exe_name, &config->has_exe, params->exe_name);
    artem_config_lookup(params->path, config->path);
    *out_config = config;
    if (!config->path[0]) {
        artem_log(ARTEM_LOG_INFO, "no place to look for artem.conf; using the defaults");
        return ARTEM_OK;
    }

    bool changed;
    config->last.result = ARTEM_TIMEOUT; // not read yet
    if (read_settings(config->path, params->app_name, params->exe_name, &config->last, &changed, &config->settings) ==
        ARTEM_OK)
        artem_log(ARTEM_LOG_DEBUG, "%s: read", config->path);
    else if (is_missing(&config->last))
        artem_log(ARTEM_LOG_INFO, "no %s; using the defaults", config->path);
    if (params->watch && artem_watch_start(config->path, reload, config, &config->watch) != ARTEM_OK)
        artem_log(ARTEM_LOG_WARN, "%s: cannot be watched; changes need a restart of the app", config->path);
    return ARTEM_OK;
}

uint32_t artem_config_get(struct artem_config *config, struct artem_settings *out_settings)
{
    pthread_mutex_lock(&config->mutex);
    *out_settings = config->settings;
    uint32_t serial = config->serial;
    pthread_mutex_unlock(&config->mutex);
    return serial;
}

enum artem_result artem_config_load(const struct artem_config_params *params, struct artem_settings *out_settings,
                                    char out_path[ARTEM_PATH_MAX])
{
    char path[ARTEM_PATH_MAX];

    if (!params || !out_settings)
        return ARTEM_ERROR_ARGUMENT;
    artem_settings_default(out_settings);
    artem_config_lookup(params->path, path);
    if (out_path)
        memcpy(out_path, path, sizeof path);
    if (!path[0])
        return ARTEM_ERROR_NOT_FOUND;

    bool changed;
    struct last_read last = {.result = ARTEM_TIMEOUT};
    enum artem_result result = read_settings(path, params->app_name, params->exe_name, &last, &changed, out_settings);
    return is_missing(&last) ? ARTEM_ERROR_NOT_FOUND : result;
}

void artem_config_close(struct artem_config **config)
{
    if (!config || !*config)
        return;
    artem_watch_stop(&(*config)->watch);
    pthread_mutex_destroy(&(*config)->mutex);
    free(*config);
    *config = NULL;
}
