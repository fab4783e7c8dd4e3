"""Two network namespaces joined by a veth pair, for benchmarks that need a wire: `near` sends,
`far` answers. Needs root; removed again when the `with` ends."""
import os
import subprocess

import harness

NEAR_ADDRESS = "10.83.0.1"
FAR_ADDRESS = "10.83.0.2"


def ip(*arguments):
    harness.run_quietly(["ip", *arguments])


class Pair:
    def __init__(self):
        self.near = f"sipping-near-{os.getpid()}"
        self.far = f"sipping-far-{os.getpid()}"

    def __enter__(self):
        if os.geteuid() != 0:
            raise harness.Failure("network namespaces need root; run this benchmark as root")
        ip("netns", "add", self.near)
        try:
            ip("netns", "add", self.far)
            ip("-n", self.near, "link", "add", "near0", "type", "veth", "peer", "name", "far0",
               "netns", self.far)
            for name, device, address in [(self.near, "near0", NEAR_ADDRESS),
                                          (self.far, "far0", FAR_ADDRESS)]:
                ip("-n", name, "address", "add", f"{address}/24", "dev", device)
                ip("-n", name, "link", "set", device, "up")
                ip("-n", name, "link", "set", "lo", "up")
        except harness.Failure:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in (self.near, self.far):
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL)

    def in_near(self):
        """What to put before a command that is to run at the near end."""
        return ["ip", "netns", "exec", self.near]

    def in_far(self):
        return ["ip", "netns", "exec", self.far]
