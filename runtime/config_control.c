// SPDX-License-Identifier: Apache-2.0
// What the control socket (artem/control.h) makes of settings.
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "artem/model.h"
#include "config_internal.h"

enum { ERROR_MAX = 400 };

// -1: no such key.
static int find_key(const char *name)
{
    const char *key;

    for (int i = 0; (key = artem_settings_key((unsigned)i)) != NULL; i++)
        if (strcasecmp(key, name) == 0)
            return i;
    return -1;
}

static void tell_key(struct artem_control_reply *reply, const struct artem_config *config, const char *key)
{
    char value[ARTEM_PATH_MAX];

    if (artem_settings_get(&config->settings, key, value) == ARTEM_OK)
        artem_control_reply_line(reply, key, value);
}

static void tell_status(struct artem_control_reply *reply, const struct artem_config *config)
{
    char text[64 * ARTEM_CONTROL_KEY_MAX] = "", number[16];
    const char *key;
    size_t used = 0;

    snprintf(number, sizeof number, "%ld", (long)getpid());
    artem_control_reply_line(reply, "pid", number);
    artem_control_reply_line(reply, "app", config->app_name);
    artem_control_reply_line(reply, "executable", config->exe_name);
    artem_control_reply_line(reply, "config", config->path);
    for (unsigned i = 0; (key = artem_settings_key(i)) != NULL; i++) {
        tell_key(reply, config, key);
        if (config->temporary >> i & 1)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? " " : "", key);
    }
    artem_control_reply_line(reply, "temporary", text);
}

static bool is_style(const char *name)
{
    struct artem_style *style = NULL;

    if (artem_library_load_blend(name, "", 0, &style) != ARTEM_OK)
        return false;
    artem_style_unref(&style);
    return true;
}

// These say whether it was done, else why not.
static bool set(struct artem_config *config, const char *key, const char *value, char error[ERROR_MAX])
{
    struct artem_settings wanted = config->wanted;
    const int index = find_key(key);

    if (index < 0)
        return snprintf(error, ERROR_MAX, "there is no setting '%s'", key) < 0;
    if (artem_settings_set(&wanted, key, value, error, ERROR_MAX) != ARTEM_OK)
        return false;
    // A style that is not there would leave the one before it, and whoever asked for it would not know.
    const char *name = artem_settings_key((unsigned)index);
    if ((strcmp(name, "style") == 0 || strcmp(name, "blend_style") == 0) && value[0] != '\0' && !is_style(value))
        return snprintf(error, ERROR_MAX, "the style %.80s cannot be loaded", value) < 0;
    config->wanted = wanted;
    config->temporary |= UINT64_C(1) << index;
    artem_config_publish(config);
    return true;
}

static bool unset(struct artem_config *config, const char *key, char error[ERROR_MAX])
{
    const int index = find_key(key);

    if (key[0] != '\0' && index < 0)
        return snprintf(error, ERROR_MAX, "there is no setting '%s'", key) < 0;
    config->temporary &= key[0] != '\0' ? ~(UINT64_C(1) << index) : 0;
    artem_config_publish(config);
    return true;
}

static bool step(struct artem_config *config, bool forwards, char error[ERROR_MAX])
{
    char style[ARTEM_NAME_MAX];

    if (artem_library_step(config->settings.style, forwards, style) != ARTEM_OK)
        return snprintf(error, ERROR_MAX, "no styles are installed") < 0;
    return set(config, "style", style, error);
}

void artem_config_flip(struct artem_config *config)
{
    char error[ERROR_MAX];

    set(config, "enabled", config->settings.enabled ? "off" : "on", error);
}

static bool reload(struct artem_config *config, const char *key, char error[ERROR_MAX])
{
    if (!artem_config_reload(config))
        return snprintf(error, ERROR_MAX, "%s cannot be used", config->path) < 0;
    return key[0] == '\0' || unset(config, key, error);
}

void artem_config_answer(void *user, const struct artem_control_request *request, struct artem_control_reply *reply)
{
    struct artem_config *config = user;
    const char *key = request->key;
    char error[ERROR_MAX];
    bool done = true;

    switch (request->verb) {
    case ARTEM_CONTROL_SET:
        done = set(config, key, request->value, error);
        break;
    case ARTEM_CONTROL_UNSET:
        done = unset(config, key, error);
        break;
    case ARTEM_CONTROL_TOGGLE:
        done = set(config, key = "enabled", config->settings.enabled ? "off" : "on", error);
        break;
    case ARTEM_CONTROL_NEXT:
    case ARTEM_CONTROL_PREV:
        done = step(config, request->verb == ARTEM_CONTROL_NEXT, error);
        key = "style";
        break;
    case ARTEM_CONTROL_RELOAD:
        done = reload(config, key, error);
        break;
    case ARTEM_CONTROL_STATUS:
    case ARTEM_CONTROL_VERBS:
        tell_status(reply, config);
        break;
    }
    if (done)
        tell_key(reply, config, key);
    artem_control_reply_end(reply, done ? NULL : error);
}
