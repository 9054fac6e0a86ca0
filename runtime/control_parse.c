// SPDX-License-Identifier: Apache-2.0
#include "artem/control.h"

#include <string.h>

#include "text.h"

// How many words follow the verb: none, maybe a key, or a key and the rest of the line.
static const struct verb {
    const char *name;
    enum { NO_WORD, MAYBE_KEY, KEY_AND_VALUE } words;
} verbs[ARTEM_CONTROL_VERBS] = {
    [ARTEM_CONTROL_STATUS] = {"status", NO_WORD},   [ARTEM_CONTROL_SET] = {"set", KEY_AND_VALUE},
    [ARTEM_CONTROL_UNSET] = {"unset", MAYBE_KEY},   [ARTEM_CONTROL_TOGGLE] = {"toggle", NO_WORD},
    [ARTEM_CONTROL_NEXT] = {"next", NO_WORD},       [ARTEM_CONTROL_PREV] = {"prev", NO_WORD},
    [ARTEM_CONTROL_RELOAD] = {"reload", MAYBE_KEY},
};

// Cuts the first word off.
static char *take_word(char **text)
{
    char *word = *text + strspn(*text, " ");
    char *end = word + strcspn(word, " ");

    *text = end + strspn(end, " ");
    if (*end != '\0')
        *end = '\0';
    return word;
}

enum artem_result artem_control_parse(const void *line, size_t size, struct artem_control_request *out_request)
{
    char text[ARTEM_CONTROL_LINE_MAX], *rest = text;

    if (size >= sizeof text || memchr(line, '\0', size) != NULL)
        return ARTEM_ERROR_FORMAT;
    memcpy(text, line, size);
    text[size] = '\0';
    if (size > 0 && text[size - 1] == '\r')
        text[size - 1] = '\0';
    if (!artem_text_printable(text))
        return ARTEM_ERROR_FORMAT;

    const char *name = take_word(&rest);
    for (int i = 0; i < ARTEM_CONTROL_VERBS; i++) {
        if (strcmp(name, verbs[i].name) != 0)
            continue;
        const char *key = verbs[i].words != NO_WORD ? take_word(&rest) : "";
        const size_t key_length = strlen(key), value_length = strlen(rest);
        if (verbs[i].words == KEY_AND_VALUE ? key_length == 0 : value_length > 0)
            return ARTEM_ERROR_FORMAT;
        if (key_length >= sizeof out_request->key || value_length >= sizeof out_request->value)
            return ARTEM_ERROR_FORMAT;
        out_request->verb = (enum artem_control_verb)i;
        memcpy(out_request->key, key, key_length + 1);
        memcpy(out_request->value, rest, value_length + 1);
        return ARTEM_OK;
    }
    return ARTEM_ERROR_FORMAT;
}
