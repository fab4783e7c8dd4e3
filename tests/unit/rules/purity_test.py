"""Fails when the core library needs a clock, socket, file, entropy, terminal or the ring (nm)."""

import os
import re
import subprocess
import tempfile
import unittest

FORBIDDEN = set(
    """clock_gettime clock_getres clock_nanosleep gettimeofday time ftime times clock localtime
    localtime_r mktime nanosleep usleep sleep timer_create timerfd_create
    socket bind connect listen accept send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg
    setsockopt getsockopt getsockname getaddrinfo gethostbyname getnameinfo
    open openat creat close read write pread pwrite readv writev fsync ioctl fcntl mmap stat fstat
    rename unlink mkdir opendir pipe dup dup2
    fopen fdopen freopen fclose fread fwrite fflush fgets fputs fputc fprintf vfprintf printf
    vprintf dprintf puts putc putchar perror getc getchar scanf fscanf stdin stdout stderr
    getrandom getentropy rand random srand srandom drand48 arc4random
    poll ppoll select pselect epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd signalfd
    syscall getenv secure_getenv setenv system fork execve exit _exit quick_exit signal sigaction
    pthread_create pthread_mutex_lock openlog syslog""".split())
MANGLED = re.compile(
    r"^io_uring_"
    r"|^_ZNSt6chrono.*3nowEv"           # system_clock, steady_clock
    r"|^_ZNSt13random_device"
    r"|^_ZSt(3cin|4cout|4cerr|4clog)$"
    r"|^_ZNSt8ios_base4Init"
    r"|basic_(filebuf|[io]?fstream)"
    r"|^_ZNSt6thread|^_ZNSt5mutex|^_ZNSt18condition_variable"
    r"|^_ZN3fmt.*6?vprint")             # fmt::print; format and format_to are fine
FORTIFIED = re.compile(r"^__(?:isoc99_)?(\w+?)_chk$")


def plain_name(symbol):
    """open64 -> open, __read_chk -> read, stdout@GLIBC -> stdout."""
    symbol = symbol.split("@")[0]
    if match := FORTIFIED.match(symbol):
        symbol = match.group(1)
    return symbol.removesuffix("64") if symbol.removesuffix("64") in FORBIDDEN else symbol


def undefined(library):
    """[(object, symbol)] that the library leaves to others."""
    text = subprocess.run(["nm", "--undefined-only", "--print-file-name", library], check=True,
                          capture_output=True, text=True).stdout
    found = []
    for line in text.splitlines():
        place, symbol = line.rsplit(" ", 2)[0], line.rsplit(" ", 1)[1]
        found.append((place.split(":")[-2] if place.count(":") > 1 else place, symbol))
    return found


def sins(symbols):
    return [f"{place}: {symbol}" for place, symbol in symbols
            if plain_name(symbol) in FORBIDDEN or MANGLED.search(symbol)]


def compiled(source, folder):
    path = os.path.join(folder, "sample")
    with open(path + ".cpp", "w", encoding="utf-8") as file:
        file.write(source)
    compiler = os.environ.get("CXX_COMMAND", "c++").split()
    subprocess.run([*compiler, "-std=c++20", "-O2", "-c", path + ".cpp", "-o", path + ".o"],
                   check=True)
    return path + ".o"


class Purity(unittest.TestCase):
    def test_core_is_pure(self):
        symbols = undefined(os.environ["CORE_LIBRARY"])
        self.assertGreater(len(symbols), 20, "nm saw next to nothing: wrong library?")
        found = sins(symbols)
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def test_the_check_can_fail(self):
        samples = {
            "clock_gettime": "#include <ctime>\nint f() { return clock_gettime(0, nullptr); }",
            "now": "#include <chrono>\nusing std::chrono::steady_clock;\n"
                   "long f() { return steady_clock::now().time_since_epoch().count(); }",
            "sendto": "#include <sys/socket.h>\nlong f() { return sendto(1, 0, 0, 0, 0, 0); }",
            "cout": "#include <iostream>\nvoid f() { std::cout << 1; }",
            "random_device": "#include <random>\nunsigned f() { return std::random_device{}(); }",
            "open": "#include <fcntl.h>\nint f() { return open(\"x\", 0); }",
            "puts": "#include <cstdio>\nvoid f() { std::printf(\"x\\n\"); }",
            "io_uring": "extern \"C\" int io_uring_enter();\nint f() { return io_uring_enter(); }",
        }
        with tempfile.TemporaryDirectory() as folder:
            for word, source in samples.items():
                found = sins(undefined(compiled(source, folder)))
                self.assertTrue(any(word in line for line in found), f"{word}: {found}")

    def test_pure_code_passes(self):
        with tempfile.TemporaryDirectory() as folder:
            source = "#include <string>\n#include <cstring>\nstd::string f(const char* a) " \
                     "{ return std::string(a, strlen(a)); }"
            self.assertEqual(sins(undefined(compiled(source, folder))), [])


if __name__ == "__main__":
    unittest.main()
