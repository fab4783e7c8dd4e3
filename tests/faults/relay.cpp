// A bad path, for tests: reads IPv4 packets from a TUN device and writes them back, or loses them,
// holds them back, doubles, corrupts or readdresses them, as a seed decides for each Call-ID.
// Writes down each decision. Shares no code with the project; knows of SIP just enough to find a
// few fields.
//
// relay TUN LOG KEY=VALUE... Per mille of the datagrams of each way, one fate each: loss_request
// delay_request late_request twice_request corrupt_request (garbage) bits_request (a bit error that
// the checksum tells of), and the same with _answer. Per mille of the answers, beside their fate
// and each other: mangle (some of Call-ID, Via branch, From tag, CSeq), elsewhere (comes from
// another address), their_port (from another port of the far end), other_port (goes to another port
// of the prober). And seed=N, quiet=MS (nothing is done to probes that begin later),
// outage=FROM-UNTIL (ms since the first packet), outage_way=request|answer|both, remap=MS (a NAT
// that forgets), fragments=drop (all but the first).
//
// Log: CALLID,WAY,WHAT,NS,AT: WAY is q (request) or r (answer), WHAT is drop, held (to the end),
// or send and what became of it (":plain", or damages, each behind a colon), NS since the relay
// first saw that Call-ID, AT is that moment in wall-clock ns.
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "packet.hpp"

namespace {

constexpr std::uint64_t ms = 1'000'000;
// A prober gives up after 500 ms. No answer leaves near that moment: on a busy box the relay may
// see a request a good while after it was sent, but never before.
constexpr std::uint64_t in_time_max = 300 * ms;
constexpr std::uint64_t late_min = 550 * ms;
constexpr std::uint64_t delay_max = 140 * ms;
constexpr std::uint64_t late_max = 1200 * ms;

std::uint64_t now_ns(clockid_t clock = CLOCK_MONOTONIC) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t mix(std::uint64_t value) {  // splitmix64
    value += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

constexpr std::array<const char*, 6> fates{"loss", "delay", "late", "twice", "corrupt", "bits"};

class Relay {
public:
    Relay(int tun, std::FILE* log, std::map<std::string, std::string> options)
        : tun_(tun), log_(log), options_(std::move(options)) {
        seed_ = number("seed");
        remap_ns_ = number("remap") * ms;
        quiet_ns_ = number("quiet") * ms;
        number_mangle_ = number("mangle");
        number_elsewhere_ = number("elsewhere");
        number_their_port_ = number("their_port");
        number_other_port_ = number("other_port");
        const std::string outage = text("outage");
        if (!outage.empty()) {
            outage_from_ = std::strtoull(outage.c_str(), nullptr, 10) * ms;
            outage_until_ = std::strtoull(outage.c_str() + outage.find('-') + 1, nullptr, 10) * ms;
        }
        for (const bool request : {true, false}) {
            std::uint64_t sum = 0;
            for (const std::string fate : fates)
                upto_[request].push_back(sum += number(fate + (request ? "_request" : "_answer")));
        }
    }

    void run(int stop) {
        std::array<pollfd, 2> fds{{{tun_, POLLIN, 0}, {stop, POLLIN, 0}}};
        for (;;) {
            const std::uint64_t now = now_ns();
            send_due(now);
            std::uint64_t wait = 1000 * ms;
            if (!held_.empty()) wait = held_.top().at > now ? held_.top().at - now : 0;
            timespec time{static_cast<time_t>(wait / 1'000'000'000),
                          static_cast<long>(wait % 1'000'000'000)};
            ::ppoll(fds.data(), fds.size(), &time, nullptr);
            if (fds[1].revents != 0) return keep_all();
            if (fds[0].revents != 0) read_all();
        }
    }

private:
    /// What is known of a Call-ID.
    struct Probe {
        std::uint64_t since;
        std::uint64_t wall;
        std::uint64_t seen[2] = {0, 0};  ///< answers, requests
    };
    /// What is known of one datagram.
    struct Datagram {
        std::uint64_t call_id;
        bool request;
        std::uint64_t since;
        std::uint64_t wall;
    };
    struct Held {
        std::uint64_t at;
        std::uint64_t order;
        std::string bytes;
        Datagram what;
        std::string became;

        bool operator<(const Held& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };

    std::string text(const std::string& key) const {
        const auto found = options_.find(key);
        return found == options_.end() ? "" : found->second;
    }
    std::uint64_t number(const std::string& key) const {
        return std::strtoull(text(key).c_str(), nullptr, 10);
    }

    void read_all() {
        std::array<char, 65536> buffer;
        for (int i = 0; i < 64; ++i) {
            const ssize_t size = ::read(tun_, buffer.data(), buffer.size());
            if (size <= 0) return;
            take(Packet{std::string(buffer.data(), static_cast<std::size_t>(size))}, now_ns());
        }
    }

    void take(Packet packet, std::uint64_t now) {
        if (!packet.is_udp()) return write(packet.bytes);
        if (packet.is_later_fragment()) {
            if (text("fragments") != "drop") write(packet.bytes);
            return;
        }
        const bool request = packet.payload().substr(0, 8) == "OPTIONS ";
        const std::uint64_t call_id = call_id_of(packet.payload());
        if (call_id == 0) return write(packet.bytes);
        if (begin_ == 0) begin_ = now;
        Probe& probe =
            probes_.try_emplace(call_id, Probe{now, now_ns(CLOCK_REALTIME)}).first->second;
        const Datagram what{call_id, request, probe.since, probe.wall};
        if (!translate(packet, request, now) || in_outage(request, now))
            return note(what, "drop", now);
        // Each datagram of a probe has dice of its own.
        const std::uint64_t own = probe.seen[request]++ * 2 + (request ? 1 : 0);
        const std::uint64_t dice = mix(mix(call_id ^ mix(seed_)) + own);
        const bool quiet = quiet_ns_ != 0 && probe.since - begin_ >= quiet_ns_;
        const std::string fate = quiet ? "none" : fate_of(request, dice);
        const std::uint64_t more = mix(dice);
        std::uint64_t at = now;
        if (fate == "loss") return note(what, "drop", now);
        if (fate == "delay") at += more % delay_max;
        if (fate == "late") at += late_min + more % (late_max - late_min);
        // A bit error and a damage could cancel each other out in the checksum of 16 bits.
        const bool damaged = !request && !quiet && fate != "bits";
        std::string became = damaged ? damage(packet, more) : "";
        if (request) last_port_ = packet.udp()->source;
        if (fate == "corrupt") {
            packet.bytes[packet.payload_at()] = '\x1b';
            became += ":garbage";
        }
        const std::uint16_t checksum = packet.udp()->check;
        packet.seal();
        if (fate == "bits") {
            packet.udp()->check = checksum;
            packet.flip(more);
            became += ":bits";
        }
        if (became.empty()) became = ":plain";
        hold(at, packet.bytes, what, became);
        if (fate == "twice") hold(at + more % delay_max, packet.bytes, what, became);
    }

    std::string fate_of(bool request, std::uint64_t dice) const {
        for (std::size_t i = 0; i < fates.size(); ++i)
            if (dice % 1000 < upto_[request][i]) return fates[i];
        return "none";
    }

    /// Damages an answer, by the dice; in the words of the log.
    std::string damage(Packet& packet, std::uint64_t dice) const {
        std::string became;
        if (mix(dice + 1) % 1000 < number_mangle_) {
            const std::uint64_t which = 1 + mix(dice + 2) % 15;
            const std::size_t behind = mix(dice + 3) % 8;
            if ((which & 1) != 0) packet.spoil("\r\nCall-ID:", " ", behind);
            if ((which & 2) != 0) packet.spoil("\r\nVia:", "branch=z9hG4bK", 3 * behind);
            if ((which & 4) != 0) packet.spoil("\r\nFrom:", ";tag=", behind % 4);
            if ((which & 8) != 0) packet.spoil_before("\r\nCSeq:", " OPTIONS");
            constexpr std::array<const char*, 4> names{":call-id", ":via", ":from-tag", ":cseq"};
            for (std::size_t i = 0; i < names.size(); ++i)
                if ((which >> i & 1) != 0) became += names[i];
        }
        if (mix(dice + 4) % 1000 < number_elsewhere_) {
            packet.ip()->saddr ^= htonl(0x40);  // 10.84.2.2 becomes 10.84.2.66
            became += ":elsewhere";
        }
        if (mix(dice + 6) % 1000 < number_their_port_) {
            packet.udp()->source ^= htons(0x40);
            became += ":their-port";
        }
        if (mix(dice + 5) % 1000 < number_other_port_ && last_port_ != 0 &&
            last_port_ != packet.udp()->dest) {
            packet.udp()->dest = last_port_;
            became += ":other-port";
        }
        return became;
    }

    /// A NAT of the client's ports, which forgets all mappings every remap_ns_. False: no mapping.
    bool translate(Packet& packet, bool request, std::uint64_t now) {
        if (remap_ns_ == 0) return true;
        const std::uint64_t generation = (now - begin_) / remap_ns_;
        if (generation != generation_) inner_of_.clear();
        generation_ = generation;
        udphdr* const udp = packet.udp();
        if (request) {
            const auto inner = ntohs(udp->source);
            const auto outer =
                static_cast<std::uint16_t>(10'000 + (inner + 7919 * generation) % 50'000);
            inner_of_[outer] = inner;
            udp->source = htons(outer);
            return true;
        }
        const auto found = inner_of_.find(ntohs(udp->dest));
        if (found == inner_of_.end()) return false;
        udp->dest = htons(found->second);
        return true;
    }

    bool in_outage(bool request, std::uint64_t now) const {
        const std::string way = text("outage_way");
        if ((request && way == "answer") || (!request && way == "request")) return false;
        return now - begin_ >= outage_from_ && now - begin_ < outage_until_;
    }

    void hold(std::uint64_t at, const std::string& bytes, const Datagram& what,
              const std::string& became) {
        held_.push({at, order_++, bytes, what, became});
        send_due(now_ns());
    }

    void send_due(std::uint64_t now) {
        while (!held_.empty() && held_.top().at <= now) {
            Held one = held_.top();
            held_.pop();
            const std::uint64_t age = now - one.what.since;
            if (!one.what.request && age > in_time_max && age < late_min) {
                one.at = one.what.since + late_min;
                held_.push(std::move(one));
                continue;
            }
            write(one.bytes);
            note(one.what, "send" + one.became, now);
        }
    }

    /// The end: what is still held back never leaves.
    void keep_all() {
        for (; !held_.empty(); held_.pop())
            note(held_.top().what, "held", now_ns());
    }

    void write(const std::string& bytes) {
        if (::write(tun_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
            std::perror("relay: write");
    }

    void note(const Datagram& of, const std::string& what, std::uint64_t now) {
        std::fprintf(log_, "%llu,%c,%s,%llu,%llu\n", static_cast<unsigned long long>(of.call_id),
                     of.request ? 'q' : 'r', what.c_str(),
                     static_cast<unsigned long long>(now - of.since),
                     static_cast<unsigned long long>(of.wall));
    }

    int tun_;
    std::FILE* log_;
    std::map<std::string, std::string> options_;
    std::uint64_t seed_ = 0;
    std::uint64_t remap_ns_ = 0;
    std::uint64_t outage_from_ = 0;
    std::uint64_t outage_until_ = 0;
    std::uint64_t quiet_ns_ = 0;
    std::uint64_t number_mangle_ = 0;
    std::uint64_t number_elsewhere_ = 0;
    std::uint64_t number_their_port_ = 0;
    std::uint64_t number_other_port_ = 0;
    std::array<std::vector<std::uint64_t>, 2> upto_;  ///< by way: answers, requests
    std::uint64_t begin_ = 0;
    std::uint64_t generation_ = 0;
    std::uint64_t order_ = 0;
    std::uint16_t last_port_ = 0;
    std::priority_queue<Held> held_;
    std::unordered_map<std::uint64_t, Probe> probes_;
    std::unordered_map<std::uint16_t, std::uint16_t> inner_of_;
};

int open_tun(const char* name) {
    const int fd = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    ifreq request{};
    std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (fd < 0 || ::ioctl(fd, TUNSETIFF, &request) != 0) {
        std::perror("relay: /dev/net/tun");
        std::exit(1);
    }
    return fd;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &stop, nullptr);
    const int stopped = ::signalfd(-1, &stop, SFD_CLOEXEC);
    const int tun = open_tun(argv[1]);
    std::FILE* const log = std::fopen(argv[2], "we");
    if (log == nullptr) return 1;
    std::map<std::string, std::string> options;
    for (int i = 3; i < argc; ++i) {
        const std::string option = argv[i];
        options[option.substr(0, option.find('='))] = option.substr(option.find('=') + 1);
    }
    std::puts("ready");
    std::fflush(stdout);
    Relay(tun, log, std::move(options)).run(stopped);
    return std::fclose(log) == 0 ? 0 : 1;
}
