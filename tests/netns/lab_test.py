"""The lab itself, without sipping's prober: what the other tests here rely on."""

import random
import resource
import select
import socket
import subprocess
import sys
import time
import unittest

from cgroups import cpu_quota
from kamailio import pike
from lab import CLIENT, NAT_OUTSIDE, SECOND_OUTSIDE, SERVER, LabCase, inside


def request(port, number):
    return (f"OPTIONS sip:{SERVER} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {CLIENT}:{port};branch=z9hG4bKlab{number};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:a@example.org>;tag=f{number}\r\n"
            f"To: <sip:{SERVER}>\r\nCall-ID: lab-{number}\r\nCSeq: {number} OPTIONS\r\n"
            f"Content-Length: 0\r\n\r\n").encode()


def rports(answers):
    """{(address, port) the far end saw}, from `received` and `rport` of the Via."""
    seen = set()
    for answer in answers:
        via = next(line for line in answer.splitlines() if line.startswith("Via:"))
        values = dict(part.partition("=")[::2] for part in via.split(";"))
        seen.add((values["received"], int(values["rport"])))
    return seen


class Client:
    """Asks from many ports of the client's end, each used once."""

    def __init__(self, lab, count):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.sockets = []
        with inside(lab.client):
            for port in random.sample(range(1024, 65535), count):
                one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                self.sockets.append(one)
                one.bind((CLIENT, port))
                one.setblocking(False)
        self.poll = select.epoll()
        for one in self.sockets:
            self.poll.register(one, select.EPOLLIN)
        self.place_of = {one.fileno(): place for place, one in enumerate(self.sockets)}
        self.answers = {}  # by the socket's place in the list

    def close(self):
        self.poll.close()
        for one in self.sockets:
            one.close()

    def ask(self, rate, places=None):
        """Asks from all sockets or from these; whether each got an answer, in this order."""
        self.answers.clear()
        places = places or range(len(self.sockets))
        begin = time.monotonic()
        for number, place in enumerate(places):
            self.listen(begin + number / rate)
            one = self.sockets[place]
            one.sendto(request(one.getsockname()[1], number + 1), (SERVER, 5060))
        self.listen(time.monotonic() + 1)
        return [place in self.answers for place in places]

    def listen(self, until):
        while (left := until - time.monotonic()) > 0:
            for fd, _ in self.poll.poll(left):
                place = self.place_of[fd]
                self.answers[place] = self.sockets[place].recv(4096).decode()


class TheLab(LabCase):
    def ask(self, count, rate=400):
        client = Client(self.lab, count)
        self.addCleanup(client.close)
        return client.ask(rate), rports(client.answers.values()), client

    def test_a_nat_of_256_ports_answers_256_of_400(self):
        self.far_end()
        self.lab.nat_to(10000, 10255)
        answered, seen, _ = self.ask(400)
        self.assertEqual(sum(answered), 256)
        self.assertEqual(self.lab.mappings(), 256)
        self.assertEqual(seen, {(NAT_OUTSIDE, port) for port in range(10000, 10256)})
        # At this size the edge is sharp: the kernel tries nearly all ports before it gives up.
        self.assertTrue(all(answered[:230]))

    def test_forgets_ports(self):
        self.far_end()
        self.lab.nat_to(10000, 10099)
        self.lab.mapping_time(2)
        answered, _, client = self.ask(150)
        self.assertEqual(sum(answered), 100)
        time.sleep(3)
        self.assertEqual(sum(client.ask(400)), 100)  # others than before may be among them
        self.lab.flush()
        self.assertEqual(self.lab.mappings(), 0)

    def test_without_nat_all_are_answered(self):
        self.far_end()
        self.lab.nat_to(10000, 10009)
        self.lab.no_nat()
        answered, seen, client = self.ask(400)
        self.assertTrue(all(answered))
        ports = {one.getsockname()[1] for one in client.sockets}
        self.assertEqual(seen, {(CLIENT, port) for port in ports})

    def test_two_public_addresses(self):
        self.far_end()
        self.lab.masquerade_to_addresses()
        answered, seen, _ = self.ask(60)
        self.assertTrue(all(answered))
        self.assertEqual({address for address, _ in seen}, {NAT_OUTSIDE, SECOND_OUTSIDE})

    def test_port_range(self):
        self.lab.port_range(42000, 42009)
        with self.lab.socket(self.lab.client) as one:
            one.connect((SERVER, 5060))
            self.assertIn(one.getsockname()[1], range(42000, 42010))

    def test_pike_bans_and_lifts_the_ban(self):
        self.kamailio(pike(32))
        answered, _, client = self.ask(200, rate=200)
        self.assertTrue(32 <= sum(answered) <= 96, sum(answered))  # README of pike, 3.2
        self.assertFalse(any(answered[96:]), "a ban is silence")
        for place in range(15):  # one a second, until it has been lifted
            if all(client.ask(1, [place])):
                return
        self.fail("still banned")

    def test_leaves_nothing_behind(self):
        names = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True)
        self.assertIn(self.lab.client, names.stdout)
        self.lab.stop()
        names = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True)
        for name in (self.lab.client, self.lab.nat, self.lab.server):
            self.assertNotIn(name, names.stdout)


class Quota(unittest.TestCase):
    BUSY = "import time\nend = time.monotonic() + 2\nwhile time.monotonic() < end: pass\n"
    BUSY += "print(time.process_time())"

    def test_a_busy_loop_gets_its_share_and_no_more(self):
        with cpu_quota(10, 100) as wrapper:
            done = subprocess.run([*wrapper, sys.executable, "-c", self.BUSY], check=True,
                                  capture_output=True)
        used = float(done.stdout)
        # 10 % of two seconds; a slice more than that while Python starts and at each period's end.
        self.assertTrue(0.05 < used < 0.45, used)


if __name__ == "__main__":
    unittest.main()
