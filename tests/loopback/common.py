"""What the loopback suites share: a short run against a peer, and its outcome."""

from support import SippingCase

FIVE = ("-c", "5", "-I", "40", "-t", "200", "--late-window", "2s")


class LoopbackCase(SippingCase):
    def outcome(self, peer, *arguments, code=0):
        """Runs five probes (or what `arguments` say); returns (rows, kinds counted, run)."""
        run = self.ping(peer, *(arguments or FIVE), code=code)
        rows = self.rows(peer)
        self.check_books(rows, peer)
        self.assertEqual(peer.violations, [])
        self.assertNotRegex(run.out + run.err, "[\x00-\x08\x0b-\x1f\x7f-\x9f]")
        kinds = self.count_kinds(rows)
        kinds.pop("gap", None)
        return rows, kinds, run


def both(case):
    """The classes of one suite for io_uring and for epoll, to be put into the module's globals."""
    return {f"{case.__name__}On{io.capitalize()}":
            type(f"{case.__name__}On{io.capitalize()}", (case, LoopbackCase), {"io": io})
            for io in ("uring", "epoll")}
