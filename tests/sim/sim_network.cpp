#include "sim_network.hpp"

#include <cerrno>
#include <cstdlib>

namespace sipping::sim {

std::string header(std::string_view message, std::string_view name) {
    const std::string key = "\r\n" + std::string(name) + ": ";
    const std::size_t at = message.find(key);
    if (at == std::string_view::npos) return {};
    const std::size_t begin = at + key.size();
    return std::string(message.substr(begin, message.find("\r\n", begin) - begin));
}

std::string answer_to(const SeenRequest& request, std::string_view status) {
    std::string text = "SIP/2.0 " + std::string(status) + "\r\n";
    if (!request.via.empty()) text += "Via: " + request.via + "\r\n";
    if (!request.from.empty()) text += "From: " + request.from + "\r\n";
    text += "To: " + request.to + ";tag=peer\r\n";
    if (!request.call_id.empty()) text += "Call-ID: " + request.call_id + "\r\n";
    if (!request.cseq.empty()) text += "CSeq: " + request.cseq + "\r\n";
    return text + "Content-Length: 0\r\n\r\n";
}

SimNetwork::SimNetwork(std::uint64_t seed, Link link_options, std::vector<std::uint16_t> numbers)
    : link(link_options), ports(std::move(numbers)), prng_(Key{seed, 0x5151}) {}

void SimNetwork::submit(probe::Outbox& outbox) noexcept {
    for (probe::Outgoing& out : outbox.entries()) {
        now_ += link.send_takes;
        out.sent = now_;
        now_ += 1us;  // a send costs a little
        if (out.probe != probe::no_probe && prng_.chance(link.refuse_percent)) {
            failures_.push_back({.probe = out.probe, .socket = out.socket, .error = EPERM});
            continue;
        }
        carry(out);
    }
}

void SimNetwork::carry(const probe::Outgoing& out) {
    SeenRequest request;
    request.text = out.text();
    request.via = header(request.text, "Via");
    request.from = header(request.text, "From");
    request.to = header(request.text, "To");
    request.call_id = header(request.text, "Call-ID");
    request.cseq = header(request.text, "CSeq");
    request.socket = out.socket;
    request.port = ports[out.socket];
    request.to_endpoint = out.to;
    request.sent = out.sent;
    request.number = requests++;
    const std::uint64_t call_id = std::strtoull(request.call_id.c_str(), nullptr, 10);
    const bool gone = prng_.chance(link.loss_percent) || prng_.chance(link.loss_percent);
    if (record) lost[call_id] = gone;
    if (gone) return;
    if (prng_.chance(link.icmp_percent)) {
        if (record) lost[call_id] = true;
        events_.push({.at = out.sent + link.delay,
                      .order = order_++,
                      .socket = out.socket,
                      .from = out.to,
                      .icmp = true,
                      .call_id = call_id,
                      .port = request.port});
        return;
    }
    answer(request);
}

void SimNetwork::answer(const SeenRequest& request) {
    std::vector<std::string> answers;
    if (peer)
        answers = peer(request);
    else
        answers.push_back(answer_to(request, "200 OK"));
    for (std::string& text : answers) {
        const auto travel = [&] {
            const auto jitter = static_cast<std::uint64_t>(link.jitter.count());
            return link.delay +
                   Duration{jitter == 0 ? 0 : static_cast<std::int64_t>(prng_.below(jitter))};
        };
        deliver(request.sent + travel(), request.socket, request.to_endpoint, text);
        if (prng_.chance(link.duplicate_percent))
            deliver(request.sent + travel(), request.socket, request.to_endpoint, text);
    }
}

void SimNetwork::deliver(Instant at, std::uint32_t socket, const Endpoint& from,
                         std::string bytes) {
    std::uint32_t slab;
    if (free_texts_.empty()) {
        slab = static_cast<std::uint32_t>(texts_.size());
        texts_.push_back(std::move(bytes));
    } else {
        slab = free_texts_.back();
        free_texts_.pop_back();
        texts_[slab] = std::move(bytes);
    }
    events_.push({.at = at,
                  .order = order_++,
                  .slab = slab,
                  .socket = socket,
                  .from = from,
                  .port = ports[socket]});
}

void SimNetwork::wait_until(Instant deadline, probe::Inbox& inbox) noexcept {
    inbox.clear();
    free_texts_.insert(free_texts_.end(), handed_out_.begin(), handed_out_.end());
    handed_out_.clear();
    inbox.send_failures.swap(failures_);
    inbox.replaced.swap(replaced_);
    const bool ready = !inbox.send_failures.empty() || !inbox.replaced.empty();
    if (!ready && deadline > now_) {
        Instant until = deadline;
        if (!events_.empty() && events_.top().at < until) until = events_.top().at;
        if (until == never) std::abort();  // nothing will ever happen again
        if (until > now_) now_ = until;
    }
    inbox.read_until = now_;
    while (!events_.empty() && events_.top().at <= now_) {
        if (inbox.arrivals.size() == probe::Inbox::capacity) {
            inbox.read_until = events_.top().at;  // the honest answer of a full inbox
            break;
        }
        const Event event = events_.top();
        events_.pop();
        if (event.icmp) {
            IcmpError error;
            error.type = 3;
            error.code = 3;
            error.from = event.from.address;
            inbox.icmp_errors.push_back({.at = event.at,
                                         .error = error,
                                         .local_port = event.port,
                                         .to = event.from,
                                         .call_id = event.call_id});
            continue;
        }
        handed_out_.push_back(event.slab);
        if (event.port != ports[event.socket]) continue;  // closed, with all that was in it
        probe::Arrival arrival;
        arrival.at = event.at;
        arrival.kernel_stamped = true;
        arrival.socket = event.socket;
        arrival.from = event.from;
        arrival.bytes = texts_[event.slab];
        inbox.arrivals.push_back(arrival);
    }
}

void SimNetwork::replace(std::uint32_t socket) noexcept {
    replacements.push_back(socket);
    ports[socket] = next_port_++;
    replaced_.push_back({.socket = socket, .port = ports[socket]});
}

}  // namespace sipping::sim
