#!/usr/bin/python3
"""Runs a command without CAP_NET_RAW, as an ordinary user has it: no raw ICMP socket can be opened.

Usage: no_raw.py COMMAND [ARGS]. Everything else stays as it is; who has no such right loses none.
"""

import ctypes
import os
import sys

PR_CAPBSET_DROP, CAP_NET_RAW = 24, 13


def main(command):
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_NET_RAW, 0, 0, 0)  # an exec then loses the right
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
