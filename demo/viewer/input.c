// SPDX-License-Identifier: Apache-2.0
#include "input.h"

#include <stdlib.h>
#include <string.h>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

// Keys that have no character, and digits, which on some keyboards need a shift to be typed.
static const struct {
    int key, mods;
    enum view_action action;
    int argument;
} keys[] = {
    {GLFW_KEY_UP, 0, ACTION_STYLE_STEP, -1},
    {GLFW_KEY_DOWN, 0, ACTION_STYLE_STEP, 1},
    {GLFW_KEY_UP, GLFW_MOD_SHIFT, ACTION_SHARE, 1},
    {GLFW_KEY_DOWN, GLFW_MOD_SHIFT, ACTION_SHARE, -1},
    {GLFW_KEY_LEFT, 0, ACTION_FILE_STEP, -1},
    {GLFW_KEY_RIGHT, 0, ACTION_FILE_STEP, 1},
    {GLFW_KEY_PAGE_UP, 0, ACTION_FILE_STEP, -1},
    {GLFW_KEY_PAGE_DOWN, 0, ACTION_FILE_STEP, 1},
    {GLFW_KEY_LEFT, GLFW_MOD_SHIFT, ACTION_SPLIT_STEP, -1},
    {GLFW_KEY_RIGHT, GLFW_MOD_SHIFT, ACTION_SPLIT_STEP, 1},
    {GLFW_KEY_HOME, 0, ACTION_FILE_END, -1},
    {GLFW_KEY_END, 0, ACTION_FILE_END, 1},
    {GLFW_KEY_SPACE, 0, ACTION_PAUSE, 0},
    {GLFW_KEY_BACKSPACE, 0, ACTION_STRENGTH_SET, 256},
    {GLFW_KEY_TAB, 0, ACTION_SHOW, SHOW_LIST},
    {GLFW_KEY_F1, 0, ACTION_SHOW, SHOW_HELP},
    {GLFW_KEY_F11, 0, ACTION_FULL_SCREEN, 0},
    {GLFW_KEY_ESCAPE, 0, ACTION_ESCAPE, 0},
};

// By character, so that they are where the keyboard says.
static const struct {
    char character;
    enum view_action action;
    int argument;
} characters[] = {
    {'n', ACTION_STYLE_STEP, 1},   {'p', ACTION_STYLE_STEP, -1},  {'+', ACTION_STRENGTH, 1},
    {'=', ACTION_STRENGTH, 1},     {'-', ACTION_STRENGTH, -1},    {'b', ACTION_BLEND, 0},
    {']', ACTION_SHARE, 1},        {'[', ACTION_SHARE, -1},       {'k', ACTION_KEEP, 1},
    {'K', ACTION_KEEP, -1},        {'x', ACTION_TEXT, 1},         {'X', ACTION_TEXT, -1},
    {'r', ACTION_RESOLUTION, 1},   {'R', ACTION_RESOLUTION, -1},  {'o', ACTION_ORIGINAL, 0},
    {'v', ACTION_SPLIT, 0},        {',', ACTION_SPLIT_STEP, -1},  {'.', ACTION_SPLIT_STEP, 1},
    {'e', ACTION_EYES, 0},         {'z', ACTION_ZOOM, 0},         {'f', ACTION_FULL_SCREEN, 0},
    {'l', ACTION_SHOW, SHOW_LIST}, {'i', ACTION_SHOW, SHOW_HUD},  {'t', ACTION_SHOW, SHOW_PLOT},
    {'h', ACTION_SHOW, SHOW_HELP}, {'?', ACTION_SHOW, SHOW_HELP}, {'s', ACTION_SHOT, 0},
    {'w', ACTION_SAVE, 0},         {'q', ACTION_QUIT, 0},
};

const char *const input_help[][2] = {
    {"1 ... 9, 0", "choose a style (with Shift: a second one to blend in)"},
    {"Up Down, P N", "the style before, the next one"},
    {"- +", "strength (Backspace: all of it)"},
    {"B", "blend two styles, or not"},
    {"[ ], Shift+Up Down", "the second style's share"},
    {"K, Shift+K", "more or less of the picture's own colour"},
    {"X, Shift+X", "writing stays more or less legible"},
    {"R, Shift+R", "finer or coarser strokes"},
    {"O", "the original, and back"},
    {"V", "before | after, split; drag it with the mouse"},
    {", ., Shift+Left Right", "move the split"},
    {"Left Right, Home End", "through the pictures"},
    {"Space", "pause the scene; play the folder"},
    {"E", "both eyes, the left one, the right one"},
    {"Z", "the whole picture, or pixel by pixel"},
    {"F, F11", "full screen"},
    {"L T I", "list of styles, times, line of text"},
    {"S, W", "save the window, the painted picture"},
    {"Q, Esc", "leave"},
    {NULL, NULL},
};

static struct input *input_of(GLFWwindow *handle)
{
    return ((struct window *)glfwGetWindowUserPointer(handle))->user;
}

static void push(struct input *input, struct input_event event)
{
    if (input->count < INPUT_QUEUE)
        input->events[(input->first + input->count++) % INPUT_QUEUE] = event;
}

static void push_action(struct input *input, enum view_action action, int argument)
{
    push(input, (struct input_event){.kind = INPUT_ACTION, .action = action, .argument = argument});
}

static void on_key(GLFWwindow *handle, int key, int code, int action, int mods)
{
    struct input *input = input_of(handle);

    (void)code;
    mods &= GLFW_MOD_SHIFT | GLFW_MOD_CONTROL | GLFW_MOD_ALT | GLFW_MOD_SUPER;
    if (action == GLFW_RELEASE)
        return;
    if (key >= GLFW_KEY_KP_0 && key <= GLFW_KEY_KP_9)
        key += GLFW_KEY_0 - GLFW_KEY_KP_0;
    if (key >= GLFW_KEY_0 && key <= GLFW_KEY_9 && (mods & ~GLFW_MOD_SHIFT) == 0) {
        if (action == GLFW_PRESS)
            push_action(input, mods ? ACTION_SECOND : ACTION_STYLE, key == GLFW_KEY_0 ? 9 : key - GLFW_KEY_1);
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].key == key && keys[i].mods == mods)
            push_action(input, keys[i].action, keys[i].argument);
}

static void on_character(GLFWwindow *handle, unsigned code)
{
    // Caps lock is no reason for an unknown key; where a capital has a meaning of its own it is in the table.
    for (unsigned try = 0; try < 2; try++) {
        for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
            if ((unsigned char)characters[i].character == code) {
                push_action(input_of(handle), characters[i].action, characters[i].argument);
                return;
            }
        code = code >= 'A' && code <= 'Z' ? code - 'A' + 'a' : code;
    }
}

// The mouse is where the window system says, which need not count in pixels.
static void to_pixels(GLFWwindow *handle, double *x, double *y)
{
    int width, height, pixels_wide, pixels_high;

    glfwGetWindowSize(handle, &width, &height);
    glfwGetFramebufferSize(handle, &pixels_wide, &pixels_high);
    if (width > 0 && height > 0) {
        *x *= (double)pixels_wide / width;
        *y *= (double)pixels_high / height;
    }
}

static void on_button(GLFWwindow *handle, int button, int action, int mods)
{
    struct input *input = input_of(handle);
    struct input_event event = {.kind = action == GLFW_PRESS ? INPUT_PRESS : INPUT_RELEASE,
                                .second = button == GLFW_MOUSE_BUTTON_RIGHT || (mods & GLFW_MOD_SHIFT)};

    glfwGetCursorPos(handle, &event.x, &event.y);
    to_pixels(handle, &event.x, &event.y);
    input->dragging = action == GLFW_PRESS;
    push(input, event);
}

static void on_move(GLFWwindow *handle, double x, double y)
{
    struct input *input = input_of(handle);
    struct input_event *last = &input->events[(input->first + input->count - 1) % INPUT_QUEUE];

    if (!input->dragging)
        return;
    to_pixels(handle, &x, &y);
    if (input->count > 0 && last->kind == INPUT_MOVE) {
        last->x = x;
        last->y = y;
    } else {
        push(input, (struct input_event){.kind = INPUT_MOVE, .x = x, .y = y});
    }
}

static void on_scroll(GLFWwindow *handle, double x, double y)
{
    (void)x;
    if (y != 0)
        push_action(input_of(handle), ACTION_STRENGTH, y > 0 ? 1 : -1);
}

static void on_drop(GLFWwindow *handle, int count, const char **names)
{
    struct input *input = input_of(handle);

    input_free_drop(input->dropped, input->dropped_count);
    input->dropped_count = 0;
    input->dropped = calloc((size_t)count, sizeof *input->dropped);
    for (int i = 0; input->dropped && i < count; i++)
        if ((input->dropped[input->dropped_count] = strdup(names[i])))
            input->dropped_count++;
    push(input, (struct input_event){.kind = INPUT_DROP});
}

static void on_refresh(GLFWwindow *handle)
{
    input_of(handle)->damaged = true;
}

void input_attach(struct input *input, struct window *window)
{
    window->user = input;
    glfwSetKeyCallback(window->handle, on_key);
    glfwSetCharCallback(window->handle, on_character);
    glfwSetMouseButtonCallback(window->handle, on_button);
    glfwSetCursorPosCallback(window->handle, on_move);
    glfwSetScrollCallback(window->handle, on_scroll);
    glfwSetDropCallback(window->handle, on_drop);
    glfwSetWindowRefreshCallback(window->handle, on_refresh);
}

bool input_next(struct input *input, struct input_event *out)
{
    if (input->count == 0)
        return false;
    *out = input->events[input->first];
    input->first = (input->first + 1) % INPUT_QUEUE;
    input->count--;
    return true;
}

void input_take_drop(struct input *input, char ***out_names, size_t *out_count)
{
    *out_names = input->dropped;
    *out_count = input->dropped_count;
    input->dropped = NULL;
    input->dropped_count = 0;
}

void input_free_drop(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}
