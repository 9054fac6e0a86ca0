// SPDX-License-Identifier: Apache-2.0
// Which pictures the terminal takes: it is asked, and every terminal answers the last question.
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "thumbnail.h"

// A picture of the kitty protocol that is not to be shown, then what the terminal is.
static const char question[] = "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\033[c";

enum { PATIENCE_MS = 300 };

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// "\033[?62;4;22c" ends it.
static bool is_complete(const char *answer)
{
    const char *attributes = strstr(answer, "\033[?");

    return attributes != NULL && strchr(attributes, 'c') != NULL;
}

static void listen_to_terminal(char *answer, size_t size)
{
    const int64_t until = now_ms() + PATIENCE_MS;
    size_t used = 0;

    answer[0] = '\0';
    while (!is_complete(answer) && used < size - 1) {
        struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
        const int64_t left = until - now_ms();
        if (left <= 0 || poll(&fd, 1, (int)left) != 1)
            return;
        const ssize_t n = read(STDIN_FILENO, answer + used, size - 1 - used);
        if (n <= 0)
            return;
        used += (size_t)n;
        answer[used] = '\0';
    }
}

// Of the terminal's jobs; one that changes the terminal is stopped. Not so where it is no terminal of this session's.
static bool is_in_background(void)
{
    const pid_t foreground = tcgetpgrp(STDIN_FILENO);

    return foreground != -1 && foreground != getpgrp();
}

// What it says of itself; "" where it says nothing, or is none.
static void ask(char *answer, size_t size)
{
    struct termios before, raw;

    answer[0] = '\0';
    if (!isatty(STDIN_FILENO) || is_in_background() || tcgetattr(STDIN_FILENO, &before) != 0)
        return;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0)
        return;
    if (write(STDOUT_FILENO, question, sizeof question - 1) == (ssize_t)sizeof question - 1)
        listen_to_terminal(answer, size);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before); // late answers are not for the shell
}

static bool says(const char *name, const char *value)
{
    const char *said = getenv(name);

    return said != NULL && strcmp(said, value) == 0;
}

// Sixels are attribute 4.
static bool has_sixels(const char *answer)
{
    const char *p = strstr(answer, "\033[?");

    for (p = p != NULL ? p + 3 : ""; *p != '\0' && *p != 'c'; p += strcspn(p, ";c"), p += *p == ';')
        if (strtol(p, NULL, 10) == 4 && p[1] != '\0' && (p[1] == ';' || p[1] == 'c'))
            return true;
    return false;
}

enum thumbnail_way thumbnail_detect(void)
{
    char answer[256];

    if (!isatty(STDOUT_FILENO) || says("TERM", "dumb"))
        return THUMBNAIL_NONE;
    ask(answer, sizeof answer);
    if (strstr(answer, "\033_Gi=31;OK") != NULL)
        return THUMBNAIL_KITTY;
    if (says("TERM_PROGRAM", "iTerm.app") || says("LC_TERMINAL", "iTerm2"))
        return THUMBNAIL_ITERM2;
    if (has_sixels(answer))
        return THUMBNAIL_SIXEL;
    if (says("COLORTERM", "truecolor") || says("COLORTERM", "24bit"))
        return THUMBNAIL_BLOCKS;
    return THUMBNAIL_NONE;
}
