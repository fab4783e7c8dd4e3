#include "sipping/wire/request_template.hpp"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <cstring>
#include <stdexcept>

#include "sipping/base/digits.hpp"
#include "sipping/wire/user_headers.hpp"

namespace sipping::wire {
namespace {

constexpr std::size_t from_tag_size = 8;

char* write_port(char* cursor, std::uint16_t port) noexcept {
    if (port >= 10'000) return write_digits<5>(cursor, port);
    const fmt::format_int text(port);
    std::memcpy(cursor, text.data(), text.size());
    return cursor + text.size();
}

}  // namespace

std::size_t RequestTemplate::longest(Field field) noexcept {
    switch (field) {
        case Field::port: return 5;
        case Field::call_id:
        case Field::cseq: return 10;
        case Field::branch: return branch_size;
        case Field::from_tag: return from_tag_size;
        case Field::end: break;
    }
    return 0;
}

RequestTemplate::RequestTemplate(const RequestFields& fields) {
    if (const std::string problem = check(fields); !problem.empty())
        throw std::invalid_argument(problem);
    render(fields);
}

void RequestTemplate::add(Field field) {
    const std::size_t begin =
        segments_.empty() ? 0 : segments_.back().offset + segments_.back().length;
    segments_.push_back({static_cast<std::uint32_t>(begin),
                         static_cast<std::uint32_t>(text_.size() - begin), field});
    max_size_ += segments_.back().length + longest(field);
}

// The order of RFC 3261 section 7.3.1: what proxies need first. Via, with the branch, comes before
// all else, so that even a short ICMP quote holds it.
void RequestTemplate::render(const RequestFields& fields) {
    std::string uri = fields.request_uri;
    if (uri.empty()) {
        uri = "sip:";
        if (!fields.target_user.empty()) uri += fields.target_user + "@";
        uri += fields.target_host;
    }
    add("OPTIONS " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP ");
    via_at_ = static_cast<std::uint32_t>(text_.size());
    via_size_ = static_cast<std::uint32_t>(fields.via_host.size());
    add(fields.via_host + ":");
    add(Field::port);
    add(";branch=");
    add(Field::branch);
    add(";rport\r\n");
    if (!add_users(fields, "Max-Forwards"))
        add("Max-Forwards: " + std::to_string(fields.max_forwards) + "\r\n");
    add("From: ");
    add(fields.from.empty() ? "\"SIP Ping\" <sip:" + fields.user + "@" + fields.domain + ">"
                            : fields.from);
    add(";tag=");
    add(Field::from_tag);
    add("\r\n");
    if (!add_users(fields, "To"))
        add("To: " + (fields.to.empty() ? "<" + uri + ">" : fields.to) + "\r\n");
    add("Call-ID: ");
    add(Field::call_id);
    if (!fields.site.empty()) add("@" + fields.site);
    add("\r\nCSeq: ");
    add(Field::cseq);
    add(" OPTIONS\r\n");
    if (!add_users(fields, "Contact")) add_contact(fields);
    if (!add_users(fields, "Accept")) add("Accept: application/sdp\r\n");
    if (!add_users(fields, "User-Agent") && !fields.user_agent.empty())
        add("User-Agent: " + fields.user_agent + "\r\n");
    for (const std::string& header : fields.headers)
        if (!is_replaceable(split_header(header).name)) add(header + "\r\n");
    if (!add_users(fields, "Content-Length")) add("Content-Length: 0\r\n");
    add("\r\n");
    add(Field::end);
}

bool RequestTemplate::add_users(const RequestFields& fields, std::string_view name) {
    bool given = false;
    for (const std::string& header : fields.headers) {
        const auto [own_name, value] = split_header(header);
        if (!same_header(own_name, name)) continue;
        given = true;
        if (!value.empty()) add(header + "\r\n");
    }
    return given;
}

void RequestTemplate::add_contact(const RequestFields& fields) {
    if (fields.contact == "none") return;
    if (!fields.contact.empty()) return add("Contact: " + fields.contact + "\r\n");
    add("Contact: <sip:" + fields.user + "@");
    contact_at_ = static_cast<std::uint32_t>(text_.size());
    add(fields.via_host + ":");
    add(Field::port);
    add(">\r\n");
}

void RequestTemplate::replace(std::size_t at, std::string_view text) {
    text_.replace(at, via_size_, text);
    const auto longer = static_cast<std::uint32_t>(text.size()) - via_size_;  // or shorter, modulo
    for (Segment& segment : segments_) {
        if (segment.offset > at)
            segment.offset += longer;
        else if (at < segment.offset + segment.length)
            segment.length += longer;
    }
    max_size_ = max_size_ + text.size() - via_size_;
}

bool RequestTemplate::set_via_host(std::string_view via_host) {
    const std::size_t times = contact_at_ != 0 ? 2 : 1;
    if (max_size_ + times * via_host.size() > request_capacity + times * via_size_) return false;
    if (contact_at_ != 0) replace(contact_at_, via_host);  // the later one first
    replace(via_at_, via_host);
    const auto size = static_cast<std::uint32_t>(via_host.size());
    if (contact_at_ != 0) contact_at_ += size - via_size_;
    via_size_ = size;
    return true;
}

std::size_t RequestTemplate::encode(const Identity& identity, std::uint16_t port,
                                    std::span<char> out) const noexcept {
    assert(out.size() >= max_size());
    std::array<char, branch_size> branch;
    write_branch(identity, branch);
    char* cursor = out.data();
    for (const Segment& segment : segments_) {
        std::memcpy(cursor, text_.data() + segment.offset, segment.length);
        cursor += segment.length;
        switch (segment.field) {
            case Field::port: cursor = write_port(cursor, port); break;
            case Field::call_id:
                std::memcpy(cursor, branch.data() + call_id_in_branch, call_id_digits);
                cursor += call_id_digits;
                break;
            case Field::cseq: cursor = write_digits<10>(cursor, identity.cseq); break;
            case Field::branch:
                std::memcpy(cursor, branch.data(), branch_size);
                cursor += branch_size;
                break;
            case Field::from_tag: cursor = write_hex_digits(cursor, identity.from_tag); break;
            case Field::end: break;
        }
    }
    return static_cast<std::size_t>(cursor - out.data());
}

}  // namespace sipping::wire
