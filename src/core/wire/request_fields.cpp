// RequestTemplate::check: what users set, looked at once before the first probe.
#include <fmt/format.h>

#include "sipping/wire/header.hpp"
#include "sipping/wire/name_addr.hpp"
#include "sipping/wire/request_template.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

// The text itself, safe to show: the culprit may be what makes a terminal misbehave.
std::string shown(std::string_view text) {
    std::string result;
    for (const char c : text)
        result += is_control(c) ? '?' : c;
    return result;
}

// Display names and header values: anything on one line.
std::string check_line(std::string_view option, std::string_view text) {
    for (const char c : text)
        if (is_control(c))
            return fmt::format("{} '{}' has a line break or another control character", option,
                               shown(text));
    return {};
}

// Parts of a URI or of Via, which are put between other text as they are.
std::string check_part(std::string_view option, std::string_view text) {
    if (std::string problem = check_line(option, text); !problem.empty()) return problem;
    for (const char c : text)
        if (c == ' ' || c == '<' || c == '>' || c == '"')
            return fmt::format("{} '{}' has a blank, quote or angle bracket", option, text);
    return {};
}

std::string check_address(std::string_view option, std::string_view text) {
    if (text.empty()) return {};
    if (std::string problem = check_line(option, text); !problem.empty()) return problem;
    std::string_view tag;
    // Without a scheme it is a name at best, and many a SIP stack drops such a request unseen.
    const bool has_scheme = text.find(':') != text.npos;
    if (!has_scheme || !parse_tag(text, tag))
        return fmt::format("{} '{}' is not an address", option, text);
    if (!tag.empty()) return fmt::format("{} '{}' must not carry a tag", option, text);
    return {};
}

// These carry the probe's identity or decide how the message is read.
bool is_ours(HeaderName name) noexcept {
    switch (name) {
        case HeaderName::via:
        case HeaderName::from:
        case HeaderName::to:
        case HeaderName::call_id:
        case HeaderName::cseq:
        case HeaderName::max_forwards:
        case HeaderName::content_length: return true;
        case HeaderName::contact:
        case HeaderName::retry_after:
        case HeaderName::other: break;
    }
    return false;
}

std::string check_header(std::string_view line) {
    if (std::string problem = check_line("--header", line); !problem.empty()) return problem;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return fmt::format("--header '{}' has no colon; write 'Name: value'", line);
    const std::string_view name = trim(line.substr(0, colon));
    if (!is_token(name) || is_lws(line.front()))
        return fmt::format("--header '{}' does not begin with a header name", line);
    if (is_ours(header_name(name)))
        return fmt::format("--header '{}': {} is set by sipping itself", line, name);
    return {};
}

std::string check_texts(const RequestFields& fields) {
    struct Part {
        std::string_view option;
        std::string_view text;
    };
    for (const Part& part :
         {Part{"target", fields.target_host}, Part{"target user", fields.target_user},
          Part{"--request-uri", fields.request_uri}, Part{"--user", fields.user},
          Part{"--domain", fields.domain}, Part{"Via address", fields.via_host}})
        if (std::string problem = check_part(part.option, part.text); !problem.empty())
            return problem;
    for (const Part& part : {Part{"--from", fields.from}, Part{"--to", fields.to}})
        if (std::string problem = check_address(part.option, part.text); !problem.empty())
            return problem;
    for (const Part& part :
         {Part{"--contact", fields.contact}, Part{"--user-agent", fields.user_agent}})
        if (std::string problem = check_line(part.option, part.text); !problem.empty())
            return problem;
    for (const std::string& header : fields.headers)
        if (std::string problem = check_header(header); !problem.empty()) return problem;
    if (!fields.site.empty() && !is_token(fields.site))
        return fmt::format("--site '{}' may only have letters, digits and -.!%*_+`'~",
                           shown(fields.site));
    return {};
}

}  // namespace

std::string RequestTemplate::check(const RequestFields& fields) {
    if (std::string problem = check_texts(fields); !problem.empty()) return problem;
    if (fields.target_host.empty() && fields.request_uri.empty())
        return "a request needs a target or --request-uri";
    if (fields.via_host.empty()) return "a request needs an address for Via";
    if (fields.user.empty()) return "--user is empty";
    if (fields.domain.empty()) return "--domain is empty";
    RequestTemplate draft;
    draft.render(fields);
    if (draft.max_size() > request_capacity)
        return fmt::format(
            "the request to '{}' would have {} bytes, more than {}: shorten --header, --from, --to "
            "or --contact",
            fields.target_host, draft.max_size(), request_capacity);
    return {};
}

}  // namespace sipping::wire
