#!/usr/bin/python3
"""Runs a command that can start no thread and no process, as where a limit of the user or of a
container (RLIMIT_NPROC, pids.max) is reached. Usage: no_threads.py COMMAND [ARGS].
"""

import errno
import os
import platform
import sys

import no_uring

CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435


def main(command):
    no_uring.refuse([CLONE[platform.machine()], CLONE3], errno.EAGAIN)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
