"""A headless Chromium by plain WebDriver calls (W3C) to chromedriver; no more than we need."""

import json
import os
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ARGUMENTS = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
             "--disable-background-networking --disable-component-update --disable-sync").split()

# In ms since the page began to load; null: not yet.
DRAWN = "return document.documentElement.dataset.drawn"


class Browser:
    """Owns chromedriver, the browser and its profile; ends all of them in close()."""

    def __init__(self, width, height):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env=os.environ | {"TZ": "America/New_York"})  # not the data's zone
        self.base = ""
        try:
            for line in self.driver.stdout:
                if match := re.search(r"started successfully on port (\d+)", line):
                    self.base = f"http://127.0.0.1:{match.group(1)}/session"
                    break
            options = {"args": [*ARGUMENTS, f"--user-data-dir={self.profile.name}",
                                f"--window-size={width},{height}"]}
            wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                      "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
            answer = self.call("POST", "", {"capabilities": {"alwaysMatch": wanted}})
            self.base += "/" + answer["sessionId"]
        except BaseException:
            self.close()
            raise

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:600]}") from error

    def open(self, path):
        """Until it is drawn: the driver may come back while the page before is still there."""
        self.run("delete document.documentElement.dataset.drawn")
        self.call("POST", "/url", {"url": f"file://{path}"})
        deadline = time.monotonic() + 20
        while self.run(DRAWN) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} is not drawn")
            time.sleep(0.05)

    def run(self, script, *args):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def pointer(self, *steps):
        """steps: (x, y) moves there; "down", "up"."""
        actions = []
        for step in steps:
            if step in ("down", "up"):
                actions.append({"type": f"pointer{step.capitalize()}", "button": 0})
            else:
                actions.append({"type": "pointerMove", "duration": 20, "origin": "viewport",
                                "x": round(step[0]), "y": round(step[1])})
        self.call("POST", "/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
             "actions": actions}]})

    def close(self):
        try:
            if self.base.count("/") > 3:
                self.call("DELETE", "")
        except (OSError, RuntimeError):
            pass
        finally:
            self.driver.terminate()
            self.driver.wait(20)
            self.driver.stdout.close()
            self.profile.cleanup()
