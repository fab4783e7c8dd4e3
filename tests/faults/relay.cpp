// A bad path, for tests: reads IPv4 packets from a TUN device and writes them back, or loses them,
// holds them back, doubles, corrupts or readdresses them, as a seed decides for each Call-ID.
// Writes down each decision. Shares no code with the project; knows of SIP just enough to find a
// few fields.
//
// relay TUN LOG KEY=VALUE...    per mille of the probes: loss_request loss_answer delay_request
// delay_answer late_request late_answer twice_request twice_answer corrupt_request mangle_one
// mangle_two mangle_foreign mangle_garbage elsewhere other_port; and seed=N, outage=FROM-UNTIL (ms
// since the first packet), outage_way=request|answer|both, remap=MS (a NAT that forgets), and
// fragments=drop (all but the first of a datagram).
//
// Log: CALLID,WAY,WHAT,NS: WAY is q (request) or r (answer), WHAT is drop, or send with what became
// of it, or held (to the end), NS since the relay first saw that Call-ID.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
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

namespace {

constexpr std::uint64_t ms = 1'000'000;
// A prober that gives up after 500 ms: nothing is ever sent near that moment.
constexpr std::uint64_t delay_max = 250 * ms;
constexpr std::uint64_t late_min = 700 * ms;
constexpr std::uint64_t late_max = 1200 * ms;

std::uint64_t now_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t mix(std::uint64_t value) {  // splitmix64
    value += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

constexpr std::array<const char*, 15> plans{
    "loss_request", "loss_answer",    "delay_request",  "delay_answer",    "late_request",
    "late_answer",  "twice_request",  "twice_answer",   "corrupt_request", "mangle_one",
    "mangle_two",   "mangle_foreign", "mangle_garbage", "elsewhere",       "other_port"};

/// One IPv4 packet with a UDP datagram in it (or a later fragment of one).
struct Packet {
    std::string bytes;

    iphdr* ip() { return reinterpret_cast<iphdr*>(bytes.data()); }
    [[nodiscard]] bool is_udp() {
        return bytes.size() >= sizeof(iphdr) && ip()->version == 4 &&
               ip()->protocol == IPPROTO_UDP && bytes.size() >= ip()->ihl * 4U + sizeof(udphdr);
    }
    [[nodiscard]] bool is_later_fragment() { return (ntohs(ip()->frag_off) & IP_OFFMASK) != 0; }
    [[nodiscard]] bool is_fragment() { return (ntohs(ip()->frag_off) & (IP_OFFMASK | IP_MF)) != 0; }
    udphdr* udp() { return reinterpret_cast<udphdr*>(bytes.data() + ip()->ihl * 4U); }
    [[nodiscard]] std::size_t payload_at() { return ip()->ihl * 4U + sizeof(udphdr); }
    [[nodiscard]] std::string_view payload() {
        return std::string_view{bytes}.substr(payload_at());
    }
    /// After a change: the IP header's checksum anew, none over UDP (RFC 768 allows that).
    void seal() {
        if (!is_fragment()) udp()->check = 0;
        ip()->check = 0;
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < ip()->ihl * 4U; i += 2) {
            std::uint16_t word = 0;
            std::memcpy(&word, bytes.data() + i, 2);
            sum += word;
        }
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        ip()->check = static_cast<std::uint16_t>(~sum);
    }
    /// Changes one character a little way behind `mark`; false when it is not there.
    bool spoil(std::string_view mark, std::size_t behind) {
        const std::size_t at = payload().find(mark);
        if (at == std::string_view::npos) return false;
        char& c = bytes[payload_at() + at + mark.size() + behind];
        c = c == '7' ? '8' : '7';
        return true;
    }
};

std::uint64_t call_id_of(std::string_view payload) {
    const std::size_t at = payload.find("\r\nCall-ID: ");
    return at == payload.npos ? 0 : std::strtoull(payload.data() + at + 11, nullptr, 10);
}

class Relay {
public:
    Relay(int tun, std::FILE* log, std::map<std::string, std::string> options)
        : tun_(tun), log_(log), options_(std::move(options)) {
        seed_ = number("seed");
        remap_ns_ = number("remap") * ms;
        const std::string outage = text("outage");
        if (!outage.empty()) {
            outage_from_ = std::strtoull(outage.c_str(), nullptr, 10) * ms;
            outage_until_ = std::strtoull(outage.c_str() + outage.find('-') + 1, nullptr, 10) * ms;
        }
        std::uint64_t sum = 0;
        for (const char* plan : plans)
            upto_.push_back(sum += number(plan));
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
    struct Held {
        std::uint64_t at;
        std::uint64_t order;
        std::string bytes;
        std::string log_line;  ///< without its time
        std::uint64_t since;

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
        const std::uint64_t since = first_seen_.try_emplace(call_id, now).first->second;
        const std::string who = std::to_string(call_id) + (request ? ",q," : ",r,");
        if (!translate(packet, request, now) || in_outage(request, now))
            return note(who + "drop", now - since);
        const std::uint64_t dice = mix(call_id ^ mix(seed_));
        const std::string plan = plan_of(dice);
        const bool mine = plan.ends_with(request ? "_request" : "_answer");
        const std::string what = plan.substr(0, plan.find('_'));
        const std::uint64_t more = mix(dice);
        std::uint64_t at = now;
        if (mine && what == "loss") return note(who + "drop", now - since);
        if (mine && what == "delay") at += more % delay_max;
        if (mine && what == "late") at += late_min + more % (late_max - late_min);
        std::string became = "plain";
        if (mine && what == "corrupt") {
            packet.bytes[packet.payload_at()] = '\x01';
            became = "garbage";
        } else if (!request) {
            became = change_answer(packet, plan);
        } else {
            last_port_ = packet.udp()->source;
        }
        packet.seal();
        hold(at, packet.bytes, who + "send-" + became, since);
        if (mine && what == "twice")
            hold(at + more % delay_max, packet.bytes, who + "send-" + became, since);
    }

    std::string plan_of(std::uint64_t dice) const {
        const std::uint64_t per_mille = dice % 1000;
        for (std::size_t i = 0; i < upto_.size(); ++i)
            if (per_mille < upto_[i]) return plans[i];
        return "none";
    }

    /// What an answer becomes, in the words of the log.
    std::string change_answer(Packet& packet, const std::string& plan) {
        if (plan == "mangle_one") {
            packet.spoil("\r\nCall-ID: ", 3);
            return "call-id";
        }
        if (plan == "mangle_two") {  // the Call-ID is right and the path as well
            packet.spoil("branch=z9hG4bK", 12);
            packet.spoil("\r\nFrom: ",
                         packet.payload().find(";tag=") - packet.payload().find("\r\nFrom: ") - 3);
            return "via+from-tag";
        }
        if (plan == "mangle_foreign") {
            packet.spoil("\r\nCall-ID: ", 3);
            packet.spoil("\r\nCSeq: ", 0);
            return "foreign";
        }
        if (plan == "mangle_garbage") {
            packet.bytes[packet.payload_at()] = '\x1b';
            return "garbage";
        }
        if (plan == "elsewhere") {
            packet.ip()->saddr ^= htonl(0x40);  // 10.84.2.2 becomes 10.84.2.66
            return "elsewhere";
        }
        if (plan == "other_port" && last_port_ != 0 && last_port_ != packet.udp()->dest) {
            packet.udp()->dest = last_port_;
            return "other-port";
        }
        return "plain";
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

    void hold(std::uint64_t at, const std::string& bytes, std::string log_line,
              std::uint64_t since) {
        held_.push({at, order_++, bytes, std::move(log_line), since});
        send_due(now_ns());
    }

    void send_due(std::uint64_t now) {
        while (!held_.empty() && held_.top().at <= now) {
            const Held& one = held_.top();
            write(one.bytes);
            note(one.log_line, now - one.since);
            held_.pop();
        }
    }

    /// The end: what is still held back never leaves.
    void keep_all() {
        for (; !held_.empty(); held_.pop()) {
            const std::string& line = held_.top().log_line;
            note(line.substr(0, line.find("send-")) + "held", now_ns() - held_.top().since);
        }
    }

    void write(const std::string& bytes) {
        if (::write(tun_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
            std::perror("relay: write");
    }

    void note(const std::string& what, std::uint64_t since_ns) {
        std::fprintf(log_, "%s,%llu\n", what.c_str(), static_cast<unsigned long long>(since_ns));
    }

    int tun_;
    std::FILE* log_;
    std::map<std::string, std::string> options_;
    std::uint64_t seed_ = 0;
    std::uint64_t remap_ns_ = 0;
    std::uint64_t outage_from_ = 0;
    std::uint64_t outage_until_ = 0;
    std::vector<std::uint64_t> upto_;
    std::uint64_t begin_ = 0;
    std::uint64_t generation_ = 0;
    std::uint64_t order_ = 0;
    std::uint16_t last_port_ = 0;
    std::priority_queue<Held> held_;
    std::unordered_map<std::uint64_t, std::uint64_t> first_seen_;
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
