# SPDX-License-Identifier: Apache-2.0
"""artem report: numbers against a computation of the test's own, the page's form, hostile texts, broken logs."""
import html.parser
import json
import math
import os
import random
import re
import xml.dom.minidom

from helpers import CommandTest, main

COLUMNS = ("frame,display_time,decision,views,width,height,style_width,style_height,style,capture_ms,network_ms,"
           "composite_ms,layer_ms,interval_ms,slack_ms,capture_left_ms,capture_right_ms,composite_left_ms,"
           "composite_right_ms,style_age_ms,engine_views,cut,layers,passed_layers,budget_ms,overhead_ms,hud_ms,release_ms,"
           "gpu_ms,pace,rung,change,load_ms,gpu_slack_ms,missed").split(",")
HOSTILE = "<script>alert(1)</script>&\"'\\ \u00e4"


def percentile(values, share):
    values = sorted(values)
    return values[math.ceil(share * len(values)) - 1]


def frames(count=500, seed=4, slack=True):
    """Records as dictionaries of values; None is missing."""
    rng, out = random.Random(seed), []
    for n in range(count):
        decision = rng.choice(["styled"] * 8 + ["budget", "late", "disabled"])
        styled = decision == "styled"
        ms = lambda low, high: round(rng.uniform(low, high), 3)  # noqa: E731
        left = ms(-3, 9) if slack and n % 3 else None
        gpu_left = round(left - n % 7 / 4, 3) if left is not None and styled else None
        out.append({"frame": n, "display_time": 10**9 + n * 11111111, "decision": decision, "views": 2, "width": 896,
                    "height": 1007, "style_width": 284 if styled else 0, "style_height": 320 if styled else 0,
                    "style": "great_wave" if styled else "", "capture_ms": ms(1, 3), "network_ms": ms(5, 8) if styled else 0.0,
                    "composite_ms": ms(2, 4) if styled else 0.0, "layer_ms": ms(8, 14) if styled else ms(0, 1),
                    "interval_ms": ms(10, 13) if n else 0.0, "slack_ms": left,
                    "capture_left_ms": ms(0.5, 1) if styled else None, "capture_right_ms": ms(0.5, 1) if styled else None,
                    "composite_left_ms": None, "composite_right_ms": None,
                    "style_age_ms": rng.choice([0.0, 11.111]) if styled else None, "engine_views": 2 if styled else 0,
                    "cut": n % 100 == 99, "layers": int(styled), "passed_layers": 1, "budget_ms": 11.1,
                    "overhead_ms": ms(0, 0.02) if n else None,
                    "hud_ms": ms(0, 0.1), "release_ms": ms(0.1, 0.4), "gpu_ms": ms(3, 9) if styled else 0.0, "pace": rng.choice(["every", "deferred"]) if styled else "none",
                    "rung": n // 100, "change": "over" if n and n % 100 == 0 else "", "load_ms": ms(7, 9), "gpu_slack_ms": gpu_left,
                    "missed": None if left is None else min(left, left if gpu_left is None else gpu_left) < 0})
    return out


def csv(records, meta=(("opened", "2026-01-02T03:04:05Z"), ("app", "My App"))):
    def text(value):
        return "" if value is None else str(int(value)) if isinstance(value, (bool, int)) else value if isinstance(value, str) else f"{value:.3f}"
    lines = [",".join(COLUMNS)] + [f"# {key}={value}" for key, value in meta]
    return "\n".join(lines + [",".join(text(r[c]) for c in COLUMNS) for r in records]) + "\n"


def jsonl(records, meta=(("opened", "2026-01-02T03:04:05Z"), ("app", "My App"))):
    lines = [json.dumps({"meta": {key: value}}, ensure_ascii=False) for key, value in meta]
    return "\n".join(lines + [json.dumps(r, separators=(",", ":")) for r in records]) + "\n"


class Page(html.parser.HTMLParser):
    """The text of the page, its tiles, and whether it is what it should be."""

    def __init__(self, test, text):
        super().__init__()
        self.test, self.stack, self.text, self.tags = test, [], [], []
        self.feed(text)
        self.close()
        test.assertEqual(self.stack, [])

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.stack.append(tag)
        for name, value in attributes:
            self.test.assertNotIn(name, ("src", "href", "onclick", "onload"))

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        self.test.assertEqual(self.stack.pop(), tag)

    def handle_data(self, data):
        if self.stack and self.stack[-1] != "style":
            self.text.append(data)


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def message(fields):
    return b"".join(varint(number << 3) + varint(value) for number, value in fields.items() if value)


def record(kind, fields):
    """One length-prefixed record of Monado's metrics; fields by their numbers."""
    body = message(fields)
    inner = varint(kind << 3 | 2) + varint(len(body)) + body
    return varint(len(inner)) + inner


OFFSET = 5 * 10**12  # of XrTime against the clock


def metrics(records, late=()):
    """What Monado would write of these frames: handed over 0.5 ms after the layer's stamp, done on the GPU after 1 ms more."""
    out = [record(1, {1: 1, 2: 1})]
    for n, r in enumerate(records):
        display = r["display_time"] + OFFSET
        delivered = display - int((r["slack_ms"] if r["slack_ms"] is not None else 5) * 1e6) + 500000
        done = display + 1 if n in late else delivered + 1000000
        out.append(record(4, {1: n, 2: display, 3: 11111111}))
        out.append(record(2, {1: 3, 2: n, 6: display, 7: 11111111, 8: display, 10: delivered - 20000000, 12: delivered, 13: done}))
        out.append(record(5, {1: n, 2: 1000, 3: 2001000, 4: 5}))
        for _ in range(n % 3):
            out.append(record(3, {1: 3, 2: n, 3: n + 1, 4: display}))
    out.append(record(2, {1: 3, 2: 10**6, 6: 5, 8: 5, 14: 1}))  # a discarded one
    return b"".join(out)


class Report(CommandTest):
    def numbers(self, path):
        return json.loads(self.artem("report", path, "--json"))

    def page(self, path, *options, out):
        self.artem("report", path, *options)
        with open(out, encoding="utf-8") as file:
            text = file.read()
        xml.dom.minidom.parseString(text.replace("<!DOCTYPE html>", "").encode())
        for word in ("http", "url(", "@import", "<script", "<link", "<img"):
            self.assertNotIn(word, text)
        return text, Page(self, text)

    def check_numbers(self, found, records):
        styled = [r for r in records if r["decision"] == "styled"]
        series = {key: [r[key] for r in styled if r[key]] for key in
                  ("network_ms", "capture_ms", "composite_ms", "capture_left_ms", "composite_left_ms")}
        series["layer_ms"] = [r["layer_ms"] for r in styled]
        series["style_age_ms"] = [r["style_age_ms"] for r in styled]
        series["interval_ms"] = [r["interval_ms"] for r in records if r["interval_ms"]]
        series["overhead_ms"] = [r["overhead_ms"] for r in records if r["overhead_ms"] is not None]
        for key, values in series.items():
            expected = {"count": len(values), "p50": percentile(values, 0.5), "p95": percentile(values, 0.95),
                        "p99": percentile(values, 0.99), "p99.9": percentile(values, 0.999),
                        "max": max(values)} if values else None
            self.assertEqual(found[key], expected, key)
        for decision, count in found["decisions"].items():
            self.assertEqual(count, sum(r["decision"] == decision for r in records), decision)
        seconds = sum(series["interval_ms"]) / 1000
        self.assertAlmostEqual(found["seconds"], seconds, 3)
        self.assertAlmostEqual(found["frames_per_second"], len(series["interval_ms"]) / seconds, 3)
        self.assertAlmostEqual(found["styled_percent"], 100 * len(styled) / len(records), 3)
        self.assertAlmostEqual(found["overhead_percent"], 100 * sum(series["overhead_ms"]) / (1000 * seconds), 3)
        self.assertEqual(found["over_budget"], {"of": len(styled), "frames": sum(r["layer_ms"] > 11.1 for r in styled)})
        self.assertEqual(found["cuts"], len(records) // 100)
        timed = [r for r in records if r["slack_ms"] is not None]
        self.assertEqual(found["missed"], {"of": len(timed), "frames": sum(r["missed"] for r in timed)} if timed else None)

    def test_numbers(self):
        for records in (frames(), frames(1101, seed=5, slack=False)):
            by_csv, by_json = self.numbers(self.write("a.csv", csv(records))), self.numbers(self.write("a.jsonl", jsonl(records)))
            self.assertEqual(by_csv, by_json)
            self.check_numbers(by_csv, records)
            self.assertEqual((by_csv["frames"], by_csv["sessions"]), (len(records), 1))
            self.assertEqual(by_csv["meta"], {"opened": "2026-01-02T03:04:05Z", "app": "My App"})

    def test_sessions_and_headers(self):
        """Sessions one after the other, the first by an older layer with fewer columns, with Windows line ends."""
        old = "frame,decision,layer_ms\n0,styled,1.5\n1,error,0\n"
        found = self.numbers(self.write("two.csv", (old + csv(frames(9)) + csv(frames(7))).replace("\n", "\r\n")))
        self.assertEqual((found["frames"], found["sessions"]), (18, 2))
        self.assertEqual(found["decisions"]["error"], 1)

    def test_page(self):
        records = frames()
        for name, text in (("log.csv", csv(records)), ("log.jsonl", jsonl(records))):
            with self.subTest(name=name):
                path = self.write(name, text)
                found = self.numbers(path)
                source, page = self.page(path, out=self.path("log.html"))
                text = " ".join(" ".join(page.text).split())
                self.assertIn("My App", text)
                for key in ("layer_ms", "network_ms", "capture_ms", "composite_ms", "style_age_ms", "interval_ms", "overhead_ms"):
                    for column in ("p50", "p95", "p99", "p99.9", "max"):
                        self.assertIn(f"<td>{found[key][column]:.3f}</td>", source)
                self.assertIn(f"{found['missed']['frames']} missed display times, of {found['missed']['of']} frames", text)
                self.assertIn(f"{found['over_budget']['frames']} painted frames over budget, of {found['over_budget']['of']}", text)
                self.assertIn("500 frames", text)
                self.assertIn(f"{found['styled_percent']:.1f} % painted", text)
                self.assertGreaterEqual(page.tags.count("svg"), 5)
                bars = re.findall(r"([\d.]+) to ([\d.]+) ms: (\d+) frames", source)
                self.assertEqual(sum(int(n) for _, _, n in bars), found["layer_ms"]["count"])
                low, high, n = bars[len(bars) // 2]
                inside = sum(float(low) <= r["layer_ms"] < float(high) for r in records if r["decision"] == "styled")
                self.assertEqual(int(n), inside)
                for decision in ("styled", "budget", "late", "disabled"):
                    self.assertIn(f'<path class="{decision}" d="M', source)
                    self.assertIn(f"<td>{found['decisions'][decision]}</td>", source)
                os.unlink(self.path("log.html"))

    def test_not_available(self):
        records = frames(50, slack=False)
        for r in records:
            r.update(decision="disabled", style_width=0, style_height=0, style_age_ms=None, overhead_ms=None)
        source, page = self.page(self.write("a.csv", csv(records, ())), "-o", self.path("b.html"), out=self.path("b.html"))
        text = " ".join(" ".join(page.text).split())
        self.assertIn("n/a missed display times: not available", text)
        self.assertIn("not measured", text)
        for n in (1, 2):
            self.page(self.write("a.csv", csv(frames(n))), out=self.path("a.html"))

    def test_hostile_texts(self):
        for name, text in (("h.csv", csv(frames(20), (("app", HOSTILE), ("<b>", "<i>")))),
                           ("h.jsonl", jsonl(frames(20), (("app", HOSTILE), ("<b>", "<i>"))))):
            with self.subTest(name=name):
                path = self.write(name, text)
                source, page = self.page(path, out=self.path("h.html"))
                self.assertIn(HOSTILE, "".join(page.text))
                self.assertNotIn("script", page.tags)
                self.assertEqual(self.numbers(path)["meta"], {"app": HOSTILE, "<b>": "<i>"})
        data = csv(frames(20)).encode().replace(b"My App", b"\xff\x01\xed\xa0\x80\xc2")
        path = self.write("bytes.csv", data)
        self.page(path, out=self.path("bytes.html"))
        self.assertIn("\ufffd", self.numbers(path)["meta"]["app"])

    def test_broken(self):
        lines = csv(frames(5)).splitlines()

        def broken(number, error, change, ending=".csv", source=lines):
            changed = list(source)
            changed[number - 1] = change(changed[number - 1])
            path = self.write("broken" + ending, "\n".join(changed) + "\n")
            self.artem("report", path, status=2, error=f"{path}:{number}: {error}")
            self.assertFalse(os.path.exists(self.path("broken.html")))

        broken(5, "34 fields, but the header has 35", lambda line: line.rsplit(",", 1)[0])
        broken(5, "36 fields, but the header has 35", lambda line: line + ",")
        broken(6, "decision: bad value 'painted'", lambda line: re.sub("styled|budget|late|disabled", "painted", line))
        for bad in ("x", "1e5", "inf", "nan", "0x10", "1.2.3", "--1", "9" * 30):
            broken(7, f"layer_ms: bad value '{bad}'", lambda line, bad=bad: ",".join(line.split(",")[:12] + [bad] + line.split(",")[13:]))
        broken(7, "pace: bad value 'fast'", lambda line: re.sub(",(every|deferred|none),", ",fast,", line))
        for bad in ("-1", "", "1.5", "99999999999"):
            broken(8, f"views: bad value '{bad}'", lambda line, bad=bad: ",".join(line.split(",")[:3] + [bad] + line.split(",")[4:]))
        broken(4, "a NUL byte", lambda line: line + "\0")
        objects = jsonl(frames(5)).splitlines()
        for change in (lambda line: line[:-1], lambda line: line + "x", lambda line: "[]", lambda line: "{,}", lambda line: "x",
                       lambda line: line.replace(":", "", 1), lambda line: line.replace("}", ",}"), lambda line: '{"frame'):
            broken(4, "not a JSON object", change, ".jsonl", objects)
        broken(5, "frame: bad value 'true'", lambda line: line.replace('"frame":2', '"frame":true'), ".jsonl", objects)
        broken(5, "a field is missing", lambda line: '{"frame":1}', ".jsonl", objects)

        self.artem("report", self.write("n.csv", "a,b\n1,2\n"), status=2, error="n.csv:1: not a log of Art'Em")
        self.artem("report", self.write("n.csv", "frame,views\n1,2\n"), status=2, error="n.csv:2: a column is missing")
        self.artem("report", self.write("n.csv", ""), status=2, error="there are no frames in it")
        self.artem("report", self.write("n.csv", lines[0] + "\n"), status=2, error="there are no frames in it")
        self.artem("report", self.path("none"), status=2, error="No such file")
        self.artem("report", self.folder, status=2, error="is a folder")

    def test_monado(self):
        records = frames(90)
        for r in records:
            r["slack_ms"] = 4.0 if r["frame"] % 10 else -1.0
            r["gpu_slack_ms"] = None
        data, told = metrics(records, late=(1, 2)), (("opened", "2026-01-02T03:04:05Z"), ("clock_offset_ns", str(OFFSET)))
        path = self.write("monado.pb", data)
        for meta in (told, told[:1]):  # without the clock's offset it is found
            log = self.write("a.csv", csv(records, meta))
            found = json.loads(self.artem("report", log, "--json", "--monado", path))["monado"]
            self.assertEqual((found["frames"], found["discarded"], found["joined"]), (91, 1, 90))
            self.assertEqual((found["compositor_frames"], found["shown_never"], found["shown_again"]), (90, 30, 30))
            self.assertEqual(found["difference_ms"], {"count": 90, "p50": 0.5, "p95": 0.5, "p99": 0.5, "p99.9": 0.5, "max": 0.5})
            self.assertEqual((found["app_ms"]["p50"], found["gpu_ms"]["p50"], found["compositor_gpu_ms"]["max"]), (20, 1, 2))
            # -1 ms handed over is late for both; two more are late on the GPU alone.
            self.assertEqual(found["missed"], {"of": 90, "ours": 9, "monado": 11, "both": 9})
            self.assertEqual((found["early"], found["cut_off"]), (0, False))
        other = self.write("b.csv", csv(records, (("clock_offset_ns", str(OFFSET + 10**9 + 7)),)))
        self.assertEqual(json.loads(self.artem("report", other, "--json", "--monado", path))["monado"]["joined"], 0)
        source, page = self.page(log, "--monado", path, out=self.path("a.html"))
        self.assertIn("90 of 90 frames found by their display time among 91", " ".join(" ".join(page.text).split()))

    def test_monado_files(self):
        log, data = self.write("a.csv", csv(frames(20), (("clock_offset_ns", str(OFFSET)),))), metrics(frames(20))
        report = lambda content, **expected: self.artem("report", log, "--json", "--monado", self.write("m.pb", content), **expected)  # noqa: E731
        # Cut off anywhere behind the first record: what is whole counts.
        for size in range(8, len(data), 97):
            found = json.loads(report(data[:size]))["monado"]
            self.assertLessEqual(found["joined"], 20)
        self.assertTrue(json.loads(report(data[:-3]))["monado"]["cut_off"])
        # Fields and records of a later version are skipped.
        more = data + record(9, {1: 5}) + record(2, {1: 1, 2: 2, 99: 5})
        self.assertEqual(json.loads(report(more))["monado"]["joined"], 20)
        for bad in (b"", b"hello", data[7:], record(1, {1: 2, 2: 0}) + data[7:], b"\xff" * 40, data[:7] + b"\x03abc" + data[7:],
                    data[:7] + b"\x04\x12\x02\x0b\x01" + data[7:], b"\x05" + data):
            report(bad, status=2, error="not a file of Monado's metrics")
        self.artem("report", log, "--monado", self.path("none"), status=2, error="No such file")

    def test_governor(self):
        records = frames(300)
        found = self.numbers(self.write("a.csv", csv(records)))
        self.assertEqual(found["governor"]["paces"], {p: sum(r["pace"] == p for r in records) for p in ("every", "deferred", "none")})
        self.assertEqual({k: v for k, v in found["governor"]["changes"].items() if v}, {"over": 2})
        for key in ("slack_ms", "gpu_slack_ms"):
            slacks = [r[key] for r in records if r[key] is not None]
            self.assertEqual((found[key]["count"], found[key]["min"]), (len(slacks), min(slacks)))
            self.assertEqual(found[key]["p5"], -percentile([-s for s in slacks], 0.95))
        source, page = self.page(self.path("a.csv"), out=self.path("a.html"))
        self.assertEqual(source.count("four of eight paintings over budget"), 2)

    def test_unfinished_last_line(self):
        text = csv(frames(5))
        path = self.write("live.csv", text[:-20])
        self.assertEqual(self.numbers(path)["frames"], 4)
        source, _ = self.page(path, out=self.path("live.html"))
        self.assertIn("the last line is not whole", source)
        path = self.write("live.jsonl", jsonl(frames(5))[:-20])
        self.assertEqual(self.numbers(path)["frames"], 4)

    def test_usage(self):
        path = self.write("a.html", csv(frames(5)))
        self.artem("report", status=2, error="expected one log")
        self.artem("report", path, path, status=2, error="expected one log")
        self.artem("report", path, status=2, error="is the log itself")
        self.artem("report", path, "-o", self.path("no/such/x.html"), status=1, error="cannot be written")
        self.artem("report", path, "--json", "-o", "x", status=2, error="--json prints")
        monado = self.write("monado.bin", "metrics")
        self.artem("report", path, "--monado", monado, "-o", monado, status=2, error="Monado's own file")
        link, page = self.path("link.html"), self.write("page.html", "old")
        os.chmod(page, 0o600)
        os.symlink("page.html", link)
        self.artem("report", path, "-o", link)
        self.assertTrue(os.path.islink(link))
        self.assertEqual(os.stat(page).st_mode & 0o777, 0o600)
        self.assertGreater(os.path.getsize(page), 1000)
        self.artem("report", path, "-o", self.path("b.html"))
        self.assertTrue(self.artem("report", "--help").startswith("usage: artem report"))
        if os.access("/dev/full", os.W_OK):
            self.artem("report", path, "-o", "/dev/full", status=1, error="No space left")


if __name__ == "__main__":
    main()
