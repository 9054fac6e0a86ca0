// SPDX-License-Identifier: Apache-2.0
// Settings from artem.conf (INI): section [artem], then [app:NAME] (OpenXR application name) and [exe:NAME] (executable's base name)
// override it. Looked up as $ARTEM_CONFIG, else $XDG_CONFIG_HOME/artem/artem.conf, else ~/.config/artem/artem.conf. No file: defaults.
#ifndef ARTEM_CONFIG_H
#define ARTEM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artem/governor.h"
#include "artem/result.h"

#define ARTEM_NAME_MAX 64
#define ARTEM_PATH_MAX 1024
#define ARTEM_BACKEND_MAX 16
#define ARTEM_DEVICES_TEXT_MAX 128

struct artem_settings {
    bool allow;                      // allow = on|off              off: the layer stays out of the app from its start; default on
    bool enabled;                    // enabled = on|off            default on
    char style[ARTEM_NAME_MAX];      // style = NAME                default "great_wave"
    char blend_style[ARTEM_NAME_MAX];// blend_style = NAME          a second style to mix in; empty = none; default none
    uint32_t blend;                  // blend = 0.0..1.0            its share, as 0..256; default 128
    uint32_t strength;               // strength = 0.0..1.0         as 0..256; default 256
    uint32_t keep_color;             // keep_color = 0.0..1.0       as 0..256; default 0
    uint32_t keep_text;              // keep_text = off|on|0.0..1.0 how much fine, strong detail keeps its own brightness, as 0..256; default 0
    uint32_t resolution;             // resolution = 64..2048       style pixels along the picture's longer side; default 512
    double budget_ms;                // budget_ms = 0.5..10000      layer time per frame; 0 = no limit; default 11.1
    double budget_share;             // budget_share = 0.05..1      instead, as a share of the display period; 0 = budget_ms; default 0
    enum artem_mode mode;            // mode = auto|sync|async      whether the app waits for the network (governor.h); default auto
    char log_file[ARTEM_PATH_MAX];   // log_file = PATH             per-frame CSV, or JSON Lines (.json, .jsonl); empty = none; default none
    char backend[ARTEM_BACKEND_MAX]; // backend = auto|cpu|vulkan|cuda   what the network runs on; default auto
    uint32_t threads;                // threads = 0..64             CPU backend; 0 = automatic; default 0
    char devices[ARTEM_DEVICES_TEXT_MAX]; // devices = cpu:0,vulkan:0,cuda:0   several that share each frame (devices.h), instead of backend; empty = none; default none
    bool ar;                         // ar = on|off                 style additive displays too; default off
    char record[ARTEM_PATH_MAX];     // record = FOLDER             recording of the session (recording.h); empty = none; default none
    uint32_t record_frames;          // record_frames = 1..10000    engine runs after which a recording ends; default 100
    bool hud;                        // hud = on|off                numbers and a plot in the headset; default off
    uint32_t hud_position;           // hud_position = top-left|... one of artem_hud_positions, by index; default 0
    double hud_size;                 // hud_size = 0.5..3           1 = about 24 degrees wide; default 1
    uint32_t hud_opacity;            // hud_opacity = 0.0..1.0      of its ground, as 0..256; default 205
    bool hud_world;                  // hud_space = head|world      it moves with the head, or stays in the world; default head
    uint32_t chord;                  // chord = off|both-thumbsticks-Ns seconds, 1..3, that both are held to turn styling off and on; default off
    bool toast;                      // toast = on|off              words when style, strength or on/off change; default on
    bool late_capture;               // late_capture = on|off       pictures are released, and copied, at the frame's end; default off
};

enum { ARTEM_CONFIG_BYTES_MAX = 1 << 20 }; // of the file

// Three rows of three: "top-left", "top-center", ...
enum { ARTEM_HUD_POSITIONS = 9 };
extern const char *const artem_hud_positions[ARTEM_HUD_POSITIONS];

// "off", "both-thumbsticks-1s", ...: by seconds.
enum { ARTEM_CHORDS = 4 };
extern const char *const artem_chords[ARTEM_CHORDS];

struct artem_config;  // opaque; owns a watcher thread (inotify on the folder) when opened with watch

struct artem_config_params {
    const char *app_name;  // OpenXR application name, may be NULL
    const char *exe_name;  // base name of the executable, may be NULL
    const char *path;      // explicit file, NULL = look up as above (user paths are ignored in AT_SECURE processes)
    bool watch;            // reload within a second when the file changes
    bool control;          // and be steered through a socket (control.h)
    bool quiet;            // artem_config_load only: nothing is logged
};

// Fills in the defaults.
void artem_settings_default(struct artem_settings *out_settings);

// Sets one key from its text. ARTEM_ERROR_NOT_FOUND for an unknown key, ARTEM_ERROR_FORMAT for a bad value; then the field is
// as it was and error holds "expected ...".
enum artem_result artem_settings_set(struct artem_settings *settings, const char *key, const char *value, char *error,
                                     size_t error_size);

// The keys in the order of the struct; NULL beyond the last.
const char *artem_settings_key(unsigned index);
// The value of a key as text, which artem_settings_set takes. ARTEM_ERROR_NOT_FOUND for an unknown key.
enum artem_result artem_settings_get(const struct artem_settings *settings, const char *key, char out[ARTEM_PATH_MAX]);
// The keys whose values differ, a bit per index.
uint64_t artem_settings_differences(const struct artem_settings *a, const struct artem_settings *b);

// Never fails because of the file: a missing or bad file gives the defaults and one log line. Fails only on memory/arguments.
enum artem_result artem_config_open(const struct artem_config_params *params, struct artem_config **out_config);

// Copies the current settings and returns their serial number (starts at 1, rises with each accepted change). Cheap enough for
// every frame; never blocks on I/O; any thread. A bad or half-written file keeps the last good settings and logs which line is wrong.
uint32_t artem_config_get(struct artem_config *config, struct artem_settings *out_settings);

// Turns `enabled` over for this process, like "toggle" over the control socket (control.h), within some milliseconds. Any thread,
// never blocks. False if there is no watcher.
bool artem_config_toggle(struct artem_config *config);

// Reads the file once, without a watcher: for the command line. Unlike artem_config_open it says what is wrong: ARTEM_ERROR_NOT_FOUND
// without a file, ARTEM_ERROR_IO or ARTEM_ERROR_FORMAT (logged); then *out_settings holds the defaults. out_path gets the file
// looked for ("" if there is no place to look), and may be NULL.
enum artem_result artem_config_load(const struct artem_config_params *params, struct artem_settings *out_settings,
                                    char out_path[ARTEM_PATH_MAX]);
// Whether such a text in the file `path` would be read; if not, says which line of it is wrong (logged).
enum artem_result artem_config_check(const char *path, const char *text, size_t size);

// Of a line that begins a section: the ] that ends its name, behind which nothing but a comment follows. NULL: there is none.
const char *artem_config_section_end(const char *line, size_t length);

// Stops and joins the watcher, frees, clears *config. NULL-safe.
void artem_config_close(struct artem_config **config);

#endif
