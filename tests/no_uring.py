#!/usr/bin/python3
"""Runs a command where io_uring is forbidden: a seccomp filter answers its system calls with EPERM.

The same filter as a container's default profile has, in eight BPF instructions. Usage: no_uring.py
COMMAND [ARGS]. Leaves everything else as it is.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
IO_URING_SETUP, IO_URING_ENTER, IO_URING_REGISTER = 425, 426, 427  # the same on both


def refuse(calls, error):
    """From now on, in this process and what it executes, the kernel answers these with `error`."""
    program = [
        (LOAD_WORD, 0, 0, 4),  # seccomp_data.arch
        (JUMP_EQUAL, 0, len(calls) + 1, AUDIT_ARCH[platform.machine()]),
        (LOAD_WORD, 0, 0, 0),  # seccomp_data.nr
        *((JUMP_EQUAL, len(calls) - i, 0, call) for i, call in enumerate(calls)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ERRNO | error),
    ]
    packed = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    instructions = ctypes.create_string_buffer(packed)
    filter_ = struct.pack("HxxxxxxP", len(program), ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter_, 0, 0) != 0):
        raise OSError(ctypes.get_errno(), "the seccomp filter was refused")


def main(command):
    refuse([IO_URING_SETUP, IO_URING_ENTER, IO_URING_REGISTER], errno.EPERM)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
