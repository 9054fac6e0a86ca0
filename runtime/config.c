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

void artem_settings_default(struct artem_settings *out_settings)
{
    memset(out_settings, 0, sizeof *out_settings);
    out_settings->allow = true;
    out_settings->enabled = true;
    snprintf(out_settings->style, sizeof out_settings->style, "great_wave");
    out_settings->blend = 128;
    out_settings->strength = 256;
    out_settings->keep_color = 0;
    out_settings->resolution = 512;
    out_settings->budget_ms = 11.1;
    out_settings->mode = ARTEM_MODE_AUTO;
    snprintf(out_settings->backend, sizeof out_settings->backend, "auto");
    out_settings->threads = 0;
    out_settings->ar = false;
    out_settings->record_frames = 100;
    out_settings->hud_size = 1;
    out_settings->hud_opacity = 205;
    out_settings->toast = true;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void log_report(const char *path, enum artem_result result, const struct artem_config_report *report)
{
    if (report->error[0])
        artem_log(ARTEM_LOG_ERROR, "%s", report->error);
    else if (report->warning[0])
        artem_log(ARTEM_LOG_WARN, "%s", report->warning);
    else if (result == ARTEM_ERROR_FORMAT)
        artem_log(ARTEM_LOG_ERROR, "%s: not a regular file of at most %d KiB", path, ARTEM_CONFIG_BYTES_MAX >> 10);
}

// Reads and parses; on success *out is set. Logs only when the outcome differs from *last. *out_changed: the content
// does.
static enum artem_result read_settings(const char *path, const char *app_name, const char *exe_name,
                                       struct config_last_read *last, bool quiet, bool *out_changed,
                                       struct artem_settings *out)
{
    char *data = NULL;
    struct config_last_read now = {0};

    now.result = artem_file_read(path, ARTEM_CONFIG_BYTES_MAX, &data, &now.size);
    if (now.result == ARTEM_ERROR_IO)
        now.error = errno;
    else if (now.result == ARTEM_OK)
        now.checksum = artem_crc32(data, now.size);
    bool readable = now.result == ARTEM_OK;

    struct artem_config_report report = {0};
    if (readable)
        now.result = artem_config_parse(data, now.size, base_name(path), app_name, exe_name, out, &report);
    free(data);

    *out_changed = now.result != last->result || now.error != last->error || now.size != last->size ||
                   now.checksum != last->checksum;
    *last = now;
    if (!*out_changed || quiet)
        return now.result;
    log_report(path, now.result, &report);
    errno = now.error;
    if (now.result == ARTEM_ERROR_IO && now.error != ENOENT && now.error != ENOTDIR)
        artem_log(ARTEM_LOG_ERROR, "%s: cannot be read: %m", path);
    return now.result;
}

static bool is_missing(const struct config_last_read *last)
{
    return last->result == ARTEM_ERROR_IO && (last->error == ENOENT || last->error == ENOTDIR);
}

// What the file says, with what was set over the socket on top.
static struct artem_settings compose(const struct artem_config *config)
{
    struct artem_settings settings = config->file;
    char value[ARTEM_PATH_MAX], error[128];
    const char *key;

    for (unsigned i = 0; (key = artem_settings_key(i)) != NULL; i++)
        if (config->temporary >> i & 1 && artem_settings_get(&config->wanted, key, value) == ARTEM_OK)
            artem_settings_set(&settings, key, value, error, sizeof error);
    settings.enabled = settings.enabled && settings.allow; // where the layer is in a process already
    return settings;
}

void artem_config_publish(struct artem_config *config)
{
    const struct artem_settings settings = compose(config);

    if (artem_settings_differences(&settings, &config->settings) == 0) // only this thread writes them
        return;
    pthread_mutex_lock(&config->mutex);
    config->settings = settings;
    config->serial++;
    pthread_mutex_unlock(&config->mutex);
    artem_log(ARTEM_LOG_INFO, "new settings%s: style %s, %s",
              config->temporary ? ", some of them for this process alone" : "", settings.style,
              settings.enabled ? "on" : "off");
}

bool artem_config_reload(struct artem_config *config)
{
    struct artem_settings settings;
    bool changed;
    enum artem_result result =
        read_settings(config->path, config->has_app ? config->app_name : NULL,
                      config->has_exe ? config->exe_name : NULL, &config->last, false, &changed, &settings);

    if (changed && result != ARTEM_OK)
        artem_log(ARTEM_LOG_WARN, "%s: %s; the settings stay as they are", config->path,
                  is_missing(&config->last) ? "the file is gone" : "not used");
    if (result != ARTEM_OK)
        return false;
    // The latest wish counts: what the file says anew is no longer hidden by what was set over the socket.
    config->temporary &= ~artem_settings_differences(&settings, &config->file);
    config->file = settings;
    artem_config_publish(config);
    return true;
}

// Whether the file could be read but for what the process is short of at the moment.
static bool is_short_of_something(const struct config_last_read *last)
{
    return last->result == ARTEM_ERROR_MEMORY ||
           (last->result == ARTEM_ERROR_IO &&
            (last->error == EMFILE || last->error == ENFILE || last->error == ENOMEM));
}

static bool file_has_changed(void *user)
{
    struct artem_config *config = user;

    return artem_config_reload(config) || !is_short_of_something(&config->last);
}

static void was_poked(void *user)
{
    struct artem_config *config = user;

    for (unsigned toggles = atomic_exchange(&config->toggles, 0); toggles > 0; toggles--)
        artem_config_flip(config);
}

bool artem_config_toggle(struct artem_config *config)
{
    if (config->watch == NULL)
        return false;
    atomic_fetch_add(&config->toggles, 1);
    artem_watch_poke(config->watch);
    return true;
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
    artem_settings_default(&config->file);
    copy_name(config->app_name, sizeof config->app_name, &config->has_app, params->app_name);
    copy_name(config->exe_name, sizeof config->exe_name, &config->has_exe, params->exe_name);
    artem_config_lookup(params->path, config->path);
    *out_config = config;
    if (!config->path[0]) {
        artem_log(ARTEM_LOG_INFO, "no place to look for artem.conf; using the defaults");
        config->settings = compose(config);
        return ARTEM_OK;
    }

    bool changed;
    config->last.result = ARTEM_TIMEOUT; // not read yet
    if (read_settings(config->path, params->app_name, params->exe_name, &config->last, false, &changed,
                      &config->file) == ARTEM_OK)
        artem_log(ARTEM_LOG_DEBUG, "%s: read", config->path);
    else if (is_missing(&config->last))
        artem_log(ARTEM_LOG_INFO, "no %s; using the defaults", config->path);
    config->settings = compose(config);
    if (params->watch &&
        artem_watch_start(config->path, file_has_changed, was_poked, params->control ? artem_config_answer : NULL,
                          config, &config->watch) != ARTEM_OK)
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
    struct config_last_read last = {.result = ARTEM_TIMEOUT};
    enum artem_result result =
        read_settings(path, params->app_name, params->exe_name, &last, params->quiet, &changed, out_settings);
    return is_missing(&last) ? ARTEM_ERROR_NOT_FOUND : result;
}

enum artem_result artem_config_check(const char *path, const char *text, size_t size)
{
    struct artem_config_report report = {0};
    struct artem_settings settings;
    enum artem_result result = ARTEM_ERROR_FORMAT;

    if (size <= ARTEM_CONFIG_BYTES_MAX)
        result = artem_config_parse(text, size, base_name(path), NULL, NULL, &settings, &report);
    if (result != ARTEM_OK)
        log_report(path, result, &report);
    return result;
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
