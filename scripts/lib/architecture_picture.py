#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws docs/images/architecture.svg: the parts, what each knows, and the way of one frame. Prints it."""
from html import escape

WIDTH, HEIGHT = 1000, 560
INK, PAPER, LINE, FRAME = "#1c1f26", "#ffffff", "#8a93a5", "#2a6fd6"
out = []


def text(x, y, words, size=13, weight="normal", colour=INK, anchor="start"):
    out.append(f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}">{escape(words)}</text>')


def box(x, y, width, height, title, lines, fill="#eef2f8"):
    out.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" stroke="{LINE}"/>')
    text(x + 12, y + 22, title, 15, "bold")
    for i, line in enumerate(lines):
        text(x + 12, y + 42 + 17 * i, line, 12)


def arrow(points, colour=LINE, label=None, at=None, anchor="middle", width=1.5):
    kind = "frame" if colour == FRAME else "use"
    path = " ".join(f"{'M' if i == 0 else 'L'}{x} {y}" for i, (x, y) in enumerate(points))
    out.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" marker-end="url(#{kind})"/>')
    if label:
        text(*at, label, 12, colour=colour if colour == FRAME else INK, anchor=anchor)


def main():
    # The app's side, from top to bottom as calls go down.
    box(40, 30, 210, 62, "OpenXR app", ["unmodified; Vulkan or OpenGL"], "#fdf3e3")
    box(40, 150, 210, 150, "plugin/", ["the API layer: OpenXR, the", "app's Vulkan device and queue", "capture, plan, composite", "governor, HUD", "fails open: the app's own frame"])
    box(40, 470, 210, 62, "OpenXR runtime", ["compositor, headset"], "#fdf3e3")
    # What it stands on.
    box(380, 150, 250, 150, "runtime/  (libartem)", ["settings, model files, engine", "backends: CPU, Vulkan", "statistics, log, recordings", "ring of frames, control socket", "knows no OpenXR"])
    box(380, 400, 250, 80, "kernels/", ["the arithmetic, in integers:", "reference C and its faster twins"])
    box(720, 400, 240, 80, "shaders/", ["GLSL compute: scaling down,", "the network, composite"])
    box(720, 150, 240, 96, "cli/, demo/, examples/", ["artem: enable, steer, watch,", "doctor, report, stylize", "viewer, demo app"])
    box(720, 286, 240, 62, "models/", ["styles, and how they are trained"])
    # Who uses whom.
    arrow([(250, 185), (378, 185)], label="uses", at=(314, 177))
    arrow([(505, 300), (505, 398)], label="uses", at=(538, 352))
    arrow([(630, 280), (675, 280), (675, 425), (718, 425)])
    arrow([(720, 200), (632, 200)], label="use", at=(675, 192))
    arrow([(718, 318), (690, 318), (690, 262), (632, 262)])
    arrow([(720, 170), (665, 170), (665, 120), (232, 120), (232, 148)], label="artem.conf, control socket; ring of frames", at=(440, 112))
    # One frame.
    arrow([(90, 92), (90, 148)], FRAME, "1 release: copied,", (102, 114), "start", 2.5)
    text(102, 131, "scaled down", 12, colour=FRAME)
    arrow([(250, 235), (378, 235)], FRAME, "2 both eyes", (310, 227), width=2.5)
    arrow([(378, 275), (252, 275)], FRAME, "3 painted", (316, 267), width=2.5)
    arrow([(145, 300), (145, 468)], FRAME, "4 xrEndFrame: own swapchain,", (155, 380), "start", 2.5)
    text(155, 397, "views in a copy of the frame", 12, colour=FRAME)
    text(40, 552, "Blue: one frame. Grey: dependencies, which go one way, and what users steer by.", 12, colour="#5b6474")
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" font-family="DejaVu Sans, Verdana, sans-serif">')
    print("<!-- SPDX-License-Identifier: Apache-2.0; made by scripts/screenshots architecture -->")
    print("<defs>" + "".join(f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="{colour}"/></marker>'
                             for name, colour in (("use", LINE), ("frame", FRAME))) + "</defs>")
    print(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>')
    print("\n".join(out))
    print("</svg>")


main()
