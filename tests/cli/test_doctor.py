# SPDX-License-Identifier: Apache-2.0
"""artem doctor on set-ups that are broken in one way each: it names the cause and the fix. The OpenXR runtime is the tests' mock."""
import ctypes.util
import json
import os
import shutil
import subprocess
import unittest

from helpers import ARTEM, NO_DRIVER, CommandTest, main, write_models

NAME = "XR_APILAYER_ARTEM_style_transfer"
BUILD = os.path.realpath(os.path.join(os.path.dirname(ARTEM), ".."))
RUNTIME = os.path.join(BUILD, "tests/mock_runtime/artem_mock_runtime.json")
HAS_LOADER = ctypes.util.find_library("openxr_loader") is not None


class Doctor(CommandTest):
    def setUp(self):
        super().setUp()
        write_models(self.models, (("great_wave", ""), ("sea", "")))
        self.environment.update(XR_RUNTIME_JSON=RUNTIME, XDG_CONFIG_DIRS="/nonexistent", XDG_DATA_DIRS="/usr/share",
                                XDG_CACHE_HOME=self.path("cache"))
        for name in NO_DRIVER:
            del self.environment[name]
        self.environment["ASAN_OPTIONS"] = "detect_leaks=0"  # the driver's, which is gone by then
        os.mkdir(self.path("run"), 0o700)
        self.environment["XDG_RUNTIME_DIR"] = self.path("run")
        self.layers = self.path(".local/share/openxr/1/api_layers/implicit.d")

    def findings(self, status=None, **environment):
        done = subprocess.run([ARTEM, "doctor", "--json"], capture_output=True, text=True, timeout=300,
                              env={**self.environment, **environment})
        report = json.loads(done.stdout)
        faults = [f for f in report["findings"] if f["verdict"] == "bad"]
        self.assertEqual(done.returncode, 1 if faults else 0, done.stderr)
        self.assertEqual(report["faults"], len(faults))
        for fault in faults:
            self.assertIn("fix", fault)
        return report["findings"], faults

    def the_fault(self, text, fix, **environment):
        """The only fault, but for what follows from it in the dry run."""
        _, faults = self.findings(**environment)
        first = [f for f in faults if f["check"] != "dry run"] or faults
        self.assertEqual(len(first), 1, faults)
        self.assertIn(text, first[0]["text"])
        self.assertIn(fix, first[0]["fix"])
        return faults

    def manifest(self, **changes):
        layer = {"name": NAME, "library_path": os.path.join(BUILD, "plugin/libartem_layer.so"), "api_version": "1.0",
                 "implementation_version": "1", "description": "", "disable_environment": "DISABLE_ARTEM", **changes}
        os.makedirs(self.layers, exist_ok=True)
        with open(os.path.join(self.layers, NAME + ".json"), "w") as file:
            json.dump({"file_format_version": "1.0.0", "api_layer": {k: v for k, v in layer.items() if v is not None}}, file)

    def test_all_is_well(self):
        self.artem("enable")
        findings, faults = self.findings()
        self.assertEqual(faults, [])
        texts = "\n".join(f["text"] for f in findings)
        for expected in ("searched: " + self.layers, "implicit " + NAME, "active: ", "Vulkan: ", "great_wave is chosen"):
            self.assertIn(expected, texts)
        self.assertIn(f"order: the app > {NAME} > the runtime", texts)
        if HAS_LOADER:
            self.assertIn("the layer is loaded into apps", texts)
            self.assertIn("a session on a Vulkan device can be made and ended", texts)
        self.assertEqual(os.listdir(self.path("run/artem")), [])  # the dry run left no socket
        self.assertIn("0 faults", self.artem("doctor"))

    def test_not_enabled(self):
        findings, faults = self.findings()
        self.assertEqual(faults, [])
        note = [f for f in findings if "not enabled" in f["text"]]
        self.assertEqual(len(note), 1)
        self.assertIn("artem enable", note[0]["fix"])

    def test_library_is_gone(self):
        self.manifest(library_path="/nonexistent/libartem_layer.so")
        self.the_fault("/nonexistent/libartem_layer.so is not there", "artem enable")

    def test_library_does_not_load(self):
        self.manifest(library_path=self.write("libartem_layer.so", "no library"))
        self.the_fault("does not load", "artem enable")

    def test_library_of_everybody(self):
        library = self.path("libartem_layer.so")
        shutil.copy(os.path.join(BUILD, "plugin/libartem_layer.so"), library)
        os.chmod(library, 0o777)
        self.manifest(library_path=library)
        self.the_fault("can be written by everybody", "chmod o-w")

    def test_no_vulkan(self):
        faults = self.the_fault("there is no Vulkan device", "install a Vulkan driver", **NO_DRIVER)
        if HAS_LOADER:
            self.assertTrue(any("a session on a Vulkan device cannot be made" in f["text"] for f in faults), faults)

    def test_vulkan_driver_crashes(self):
        source = self.write("icd.c", "__attribute__((constructor)) static void f(void) { __builtin_trap(); }\n")
        subprocess.run(["cc", "-shared", "-fPIC", source, "-o", self.path("libicd.so")], check=True)
        icd = self.write("icd.json", json.dumps({"file_format_version": "1.0.0", "ICD": {"library_path": self.path("libicd.so"), "api_version": "1.1.0"}}))
        _, faults = self.findings(VK_DRIVER_FILES=icd, VK_ICD_FILENAMES=icd)
        self.assertTrue(any("a Vulkan driver crashes or hangs" in f["text"] and "VK_DRIVER_FILES" in f["fix"] for f in faults), faults)

    def test_no_runtime_folder(self):
        findings, faults = self.findings(XDG_RUNTIME_DIR="")
        self.assertEqual(faults, [])
        self.assertTrue(any("XDG_RUNTIME_DIR is not set" in f["text"] and "XDG_RUNTIME_DIR" in f["fix"] for f in findings))

    def test_steam(self):
        os.makedirs(self.path(".steam/steam"))
        os.makedirs(self.path(".var/app/com.valvesoftware.Steam"))
        findings, _ = self.findings()
        fixes = "\n".join(f.get("fix", "") for f in findings)
        self.assertIn("PRESSURE_VESSEL_IMPORT_OPENXR_1_LAYERS=1 %command%", fixes)
        self.assertIn("flatpak override --user", fixes)

    def program(self, name, data, mode=0o755, **environment):
        path = self.write(name, data)
        os.chmod(path, mode)
        done = subprocess.run([ARTEM, "doctor", "--json", path], capture_output=True, text=True, timeout=300,
                              env={**self.environment, **environment})
        return [f for f in json.loads(done.stdout)["findings"] if f["check"] == "program"]

    def test_programs(self):
        with open(ARTEM, "rb") as file:
            elf = file.read(4096)
        self.assertIn("game may be painted, in style great_wave", self.program("game", elf)[0]["text"])
        found = self.program("game32", elf[:4] + b"\1" + elf[5:])[0]
        self.assertEqual((found["verdict"], "of 32 bits" in found["text"]), ("bad", True))
        self.assertIn("64-bit", found["fix"])
        found = self.program("root_game", elf, 0o4755)[0]
        self.assertIn("the loader looks neither at the user's layers", found["text"])
        self.assertIn("artem enable --system", found["fix"])
        self.assertIn("--exe Game.EXE", self.program("Game.EXE", b"MZ" + bytes(100))[0]["text"])
        self.assertIn("a script", self.program("start.sh", b"#!/bin/sh\n" + b"#" * 100)[0]["text"])
        self.assertIn("a script", self.program("short.sh", b"#!/bin/sh\n")[0]["text"])
        for name, data, mode in (("log.csv", b"frame,time\n" * 20, 0o755), ("data.sh", b"#!/bin/sh\n", 0o644), ("empty", b"", 0o755)):
            found = self.program(name, data, mode)
            self.assertEqual([(f["verdict"], "is no program" in f["text"]) for f in found], [("bad", True)])
        self.artem("deny", "--exe", "game.exe")
        found = self.program("Game.EXE", b"MZ" + bytes(100))[1]
        self.assertEqual((found["verdict"], "keeps the layer out" in found["text"]), ("bad", True))
        self.assertIn("artem allow", found["fix"])
        self.artem("doctor", "a", "b", status=2, error="unexpected 'b'")

    def test_number_for_text(self):
        self.manifest(implementation_version=1)
        self.the_fault("a number must stand in quotes", "artem enable")

    def test_no_disable_environment(self):
        self.manifest(disable_environment=None)
        self.the_fault("needs a disable_environment", "artem enable")

    def test_not_json(self):
        self.manifest()
        with open(os.path.join(self.layers, "other.json"), "w") as file:
            file.write("{ broken")
        self.the_fault("other.json is ignored by the loader: it is not JSON", "remove")

    def test_switched_off(self):
        self.artem("enable")
        self.the_fault("DISABLE_ARTEM=0 keeps the layer out", "unset DISABLE_ARTEM", DISABLE_ARTEM="0")

    def test_denied(self):
        self.artem("enable")
        self.artem("deny")
        self.the_fault("allow = off: the layer keeps out of all apps", "artem allow")

    def test_enabled_twice(self):
        self.artem("enable")
        self.artem("enable", XDG_DATA_HOME=self.path("other"))
        self.the_fault("enabled twice", "keep one", XDG_DATA_DIRS=self.path("other") + ":/usr/share")

    def test_enabled_and_asked_for(self):
        self.artem("enable")
        findings, faults = self.findings(XR_ENABLE_API_LAYERS=NAME, XR_API_LAYER_PATH=os.path.join(BUILD, "plugin"))
        self.assertEqual(faults, [])
        self.assertTrue(any("asked for by XR_ENABLE_API_LAYERS as well" in f["text"] for f in findings))

    def test_unknown_layer_wanted(self):
        faults = self.the_fault("asks for XR_APILAYER_NOBODY_nothing", "take the name out",
                                XR_ENABLE_API_LAYERS="XR_APILAYER_NOBODY_nothing")
        if HAS_LOADER:
            self.assertTrue(any("xrCreateInstance fails" in f["text"] for f in faults))

    def test_no_runtime(self):
        faults = self.the_fault("no active OpenXR runtime", "install an OpenXR runtime", XR_RUNTIME_JSON="")
        if HAS_LOADER:
            self.assertTrue(any("XR_ERROR_RUNTIME_UNAVAILABLE" in f["text"] for f in faults))

    def test_runtime_of_the_system(self):
        manifest = json.dumps({"file_format_version": "1.0.0", "runtime": {
            "library_path": os.path.join(os.path.dirname(RUNTIME), "libartem_mock_runtime.so")}})
        dirs = ":".join(self.path(base) for base in ("etc1", "etc2"))
        # Each comes before those that were written earlier.
        for name in ("etc2/openxr/1/active_runtime.json", "etc1/openxr/1/active_runtime.json", "etc1/openxr/1/active_runtime.x86_64.json",
                     ".config/openxr/1/active_runtime.json"):
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            self.write(name, manifest)
            findings, faults = self.findings(XR_RUNTIME_JSON="", XDG_CONFIG_DIRS=dirs)
            self.assertEqual([f["text"] for f in findings if f["text"].startswith("active: ")], [f"active: without a name ({self.path(name)})"])
            self.assertEqual(faults, [])

    def test_runtime_is_gone(self):
        path = self.write("runtime.json", '{"file_format_version": "1.0.0", "runtime": {"library_path": "./gone.so"}}')
        self.the_fault("its library", "install an OpenXR runtime", XR_RUNTIME_JSON=path)

    def test_mistake_in_the_settings(self):
        path = self.write("my.conf", "[artem]\nstrength = much\n")
        self.the_fault("my.conf has a mistake", "mend the line", ARTEM_CONFIG=path)

    def test_settings_are_no_file(self):
        os.mkdir(self.path("my.conf"))
        self.the_fault("my.conf is a folder", "move it away", ARTEM_CONFIG=self.path("my.conf"))
        self.the_fault("is no regular file", "move it away", ARTEM_CONFIG="/dev/null")
        self.the_fault("longer than 1 MiB", "shorten it", ARTEM_CONFIG=self.write("long.conf", "#" * (1 << 20) + "\n"))
        os.symlink("loop.conf", self.path("loop.conf"))
        self.the_fault("loop.conf cannot be read: Too many levels", "the right to read", ARTEM_CONFIG=self.path("loop.conf"))

    def test_style_is_gone(self):
        path = self.write("my.conf", "[artem]\nstyle = atlantis\n")
        self.the_fault("style = atlantis cannot be used", "artem set style", ARTEM_CONFIG=path)

    def test_style_that_is_cut_off(self):
        path = os.path.join(self.models, "sea.artstyle")
        styles = lambda: [f["text"] for f in self.findings()[0] if "great_wave is chosen" in f["text"]][0]
        before = int(styles().split()[0])
        os.truncate(path, 1000)
        self.assertEqual(styles(), f"{before - 1} styles; great_wave is chosen")
        notes = [f for f in self.findings()[0] if f["text"].startswith(path)]
        self.assertEqual([(f["verdict"], f["text"]) for f in notes], [("note", path + " is no style: damaged file or file of another kind")])
        self.assertIn("remove it", notes[0]["fix"])

    def test_no_home(self):
        texts = [f["text"] for f in self.findings(HOME="")[0]]
        self.assertIn("no place to look for artem.conf: defaults", texts)

    def test_log_cannot_be_written(self):
        path = self.write("my.conf", "[artem]\nlog_file = /nonexistent/folder/a.csv\n")
        self.the_fault("cannot be written", "artem set log_file", ARTEM_CONFIG=path)

    @unittest.skipUnless(HAS_LOADER, "libopenxr_loader.so.1 is not installed")
    def test_a_layer_that_crashes(self):
        # A library that ends the process when it is loaded: the report survives it.
        source = self.write("bad.c", "__attribute__((constructor)) static void f(void) { __builtin_trap(); }\n"
                                     "int xrNegotiateLoaderApiLayerInterface(void) { return 0; }\n")
        library = self.path("libbad.so")
        subprocess.run(["cc", "-shared", "-fPIC", source, "-o", library], check=True)
        folder = self.path("explicit")
        os.mkdir(folder)
        with open(os.path.join(folder, "bad.json"), "w") as file:
            json.dump({"file_format_version": "1.0.0", "api_layer": {"name": "XR_APILAYER_BAD", "library_path": library, "api_version": "1.0",
                                                                     "implementation_version": "1", "description": ""}}, file)
        _, faults = self.findings(XR_API_LAYER_PATH=folder, XR_ENABLE_API_LAYERS="XR_APILAYER_BAD")
        self.assertTrue(any("crash" in f["text"] for f in faults), faults)


main()
