// What the two probers without a prober's work have in common (ceiling.cpp, peers/mmsg.cpp): their
// arguments, the request, when the next one is due, and the line of JSON they end with. Shares no
// code with the project on purpose.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <map>
#include <string>

namespace plain {

inline const char* program = "";  // for messages

[[noreturn]] inline void fail(const char* what, int error) {
    std::fprintf(stderr, "%s: %s: %s\n", program, what, std::strerror(error));
    std::exit(4);
}

inline std::uint64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

struct Options {
    const char* host = "127.0.0.1";
    int port = 5060;
    unsigned window = 256;         // in flight, without a rate
    std::uint64_t rate_per_s = 0;  // 0: as fast as answered
    std::uint64_t count = 0;       // 0: no limit
    double duration_s = 3;
    unsigned batch = 16;  // requests for one submission or one sendmmsg
};

// Each takes the value that follows its name; a name with a blank at its end takes none.
using Setters = std::map<std::string, std::function<void(const char*)>>;

inline unsigned number(const char* text) {
    return static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

inline void read_arguments(int argc, char** argv, Options& options, Setters more) {
    more["--host"] = [&](const char* value) { options.host = value; };
    more["--port"] = [&](const char* value) { options.port = std::atoi(value); };
    more["--window"] = [&](const char* value) { options.window = number(value); };
    more["--rate"] = [&](const char* value) { options.rate_per_s = number(value); };
    more["--duration"] = [&](const char* value) { options.duration_s = std::atof(value); };
    more["--batch"] = [&](const char* value) { options.batch = number(value); };
    more["--count"] = [&](const char* value) {
        options.count = number(value);
        options.duration_s = 1e6;
    };
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (const auto flag = more.find(name + ' '); flag != more.end()) {
            flag->second(nullptr);
        } else if (const auto found = more.find(name); found != more.end() && i + 1 < argc) {
            found->second(argv[++i]);
        } else {
            std::fprintf(stderr, "usage: %s", program);
            for (const auto& [known, setter] : more)
                std::fprintf(stderr, " [%s%s]", known.c_str(), known.back() == ' ' ? "" : " VALUE");
            std::fprintf(stderr, "\n");
            std::exit(3);
        }
    }
    if (options.batch == 0 || options.batch > 64 || options.window == 0) {
        std::fprintf(stderr, "%s: --batch must be 1 to 64, --window at least 1\n", program);
        std::exit(3);
    }
}

inline sockaddr_in target_of(const Options& options) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(options.port));
    if (inet_pton(AF_INET, options.host, &to.sin_addr) != 1) {
        std::fprintf(stderr, "%s: --host must be an IPv4 address\n", program);
        std::exit(3);
    }
    return to;
}

// A socket on a port of its own whose datagrams have the kernel's time, as the prober has it.
// `own` is where it is bound, with the address that leads to `to`.
inline int open_socket(const sockaddr_in& to, sockaddr_in& own) {
    const int scratch = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (scratch < 0 || fd < 0) fail("socket", errno);
    socklen_t size = sizeof own;
    if (connect(scratch, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        fail("connect", errno);
    getsockname(scratch, reinterpret_cast<sockaddr*>(&own), &size);
    close(scratch);
    own.sin_port = 0;
    if (bind(fd, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0) fail("bind", errno);
    getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    return fd;
}

// The header fields and the length of sipping's own request; `tools/bench speed` checks that.
struct Request {
    char bytes[512];
    unsigned length = 0;
    char* call_id = nullptr;

    void prepare(const Options& options, const sockaddr_in& own) {
        char address[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &own.sin_addr, address, sizeof address);
        const int own_port = ntohs(own.sin_port);
        length = static_cast<unsigned>(std::snprintf(
            bytes, sizeof bytes,
            "OPTIONS sip:%s:%d SIP/2.0\r\n"
            "Via: SIP/2.0/UDP %s:%d;branch=z9hG4bK123456789001234567890abcde;rport\r\n"
            "Max-Forwards: 70\r\n"
            "From: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=89abcdef\r\n"
            "To: <sip:%s:%d>\r\n"
            "Call-ID: 1000000000\r\n"
            "CSeq: 1234567890 OPTIONS\r\n"
            "Contact: <sip:sipping@%s:%d>\r\n"
            "Accept: application/sdp\r\n"
            "User-Agent: sipping/0.1.0\r\n"
            "Content-Length: 0\r\n"
            "\r\n",
            options.host, options.port, address, own_port, options.host, options.port, address,
            own_port));
        call_id = std::strstr(bytes, "Call-ID: ") + 9;
    }

    void set_call_id(std::uint64_t digits) {
        for (int i = 9; i >= 0; --i, digits /= 10)
            call_id[i] = static_cast<char>('0' + digits % 10);
    }
};

struct Totals {
    std::uint64_t sent = 0, answered = 0, lost = 0, stray = 0, send_errors = 0, skipped = 0;
};

// How many requests may leave now: as many as the window has room for, or, with a rate, as many as
// are due. What is overdue by more than 5 ms is skipped, as the prober does.
class Pace {
public:
    Pace(const Options& options, std::uint64_t start_ns)
        : options_(options),
          start_ns_(start_ns),
          end_ns_(start_ns + static_cast<std::uint64_t>(options.duration_s * 1e9)) {}

    bool more(std::uint64_t now) const {
        if (options_.count != 0 && started_ >= options_.count) return false;
        return (options_.rate_per_s == 0 ? now : due_ns(started_)) < end_ns_;
    }

    unsigned allowed(std::uint64_t now, std::uint64_t in_flight, Totals& totals) {
        if (!more(now)) return 0;
        std::uint64_t room = 0;
        if (options_.rate_per_s == 0) {
            room = in_flight < options_.window ? options_.window - in_flight : 0;
        } else {
            for (; more(now) && due_ns(started_) + late_limit_ns < now; ++started_)
                ++totals.skipped;
            while (room < options_.batch && due_ns(started_ + room) <= now)
                ++room;
        }
        if (options_.count != 0) room = std::min(room, options_.count - started_);
        return static_cast<unsigned>(std::min<std::uint64_t>(room, options_.batch));
    }

    void started(unsigned count) { started_ += count; }

    // How long there is nothing to do but to wait for answers.
    std::uint64_t patience_ns(std::uint64_t now) const {
        constexpr std::uint64_t longest = 100'000'000;
        if (options_.rate_per_s == 0 || !more(now)) return longest;
        const std::uint64_t due = due_ns(started_);
        return due > now ? std::min(due - now, longest) : 0;
    }

private:
    static constexpr std::uint64_t late_limit_ns = 5'000'000;

    std::uint64_t due_ns(std::uint64_t probe) const {
        return start_ns_ + probe * 1'000'000'000 / options_.rate_per_s;
    }

    const Options& options_;
    std::uint64_t start_ns_;
    std::uint64_t end_ns_;
    std::uint64_t started_ = 0;
};

inline void print(const Totals& totals, std::uint64_t start_ns, unsigned request_bytes) {
    std::printf(
        "{\"sent\": %llu, \"answered\": %llu, \"lost\": %llu, \"stray\": %llu, "
        "\"send_errors\": %llu, \"skipped\": %llu, \"seconds\": %.3f, \"request_bytes\": %u}\n",
        static_cast<unsigned long long>(totals.sent),
        static_cast<unsigned long long>(totals.answered),
        static_cast<unsigned long long>(totals.lost), static_cast<unsigned long long>(totals.stray),
        static_cast<unsigned long long>(totals.send_errors),
        static_cast<unsigned long long>(totals.skipped),
        static_cast<double>(now_ns() - start_ns) / 1e9, request_bytes);
}

}  // namespace plain
