// RequestTemplate::check: what users set, looked at once before the first probe.
#include <fmt/format.h>

#include "sipping/base/values.hpp"
#include "sipping/wire/request_template.hpp"
#include "sipping/wire/text.hpp"
#include "sipping/wire/user_headers.hpp"
#include "sipping/wire/value_checks.hpp"

namespace sipping::wire {
namespace {

/// "--from 'x'" as an option, "from='x'" as a word behind a target.
std::string culprit(std::string_view option, std::string_view text, GivenAs given) {
    if (given == GivenAs::word && option.starts_with("--"))
        return fmt::format("{}='{}'", option.substr(2), shown(text));
    return fmt::format("{} '{}'", option, shown(text));
}

struct Part {
    std::string_view option;
    std::string_view text;
    std::string (*check)(std::string_view text);
};

std::string check_texts(const RequestFields& fields, GivenAs given) {
    for (const auto& [option, text, check] :
         {Part{"target", fields.target_host, check_part},
          Part{"target user", fields.target_user, check_part},
          Part{"--request-uri", fields.request_uri, check_part},
          Part{"--user", fields.user, check_part}, Part{"--domain", fields.domain, check_part},
          Part{"Via address", fields.via_host, check_part},
          Part{"--from", fields.from, check_address}, Part{"--to", fields.to, check_address},
          Part{"--contact", fields.contact, check_contact},
          Part{"--user-agent", fields.user_agent, check_line}}) {
        if (text.empty()) continue;
        if (const std::string wrong = check(text); !wrong.empty())
            return fmt::format("{} {}", culprit(option, text, given), wrong);
    }
    std::string_view line;
    if (const std::string wrong = check_headers(fields.headers, line); !wrong.empty())
        return fmt::format("{}: {}", culprit("--header", line, given), wrong);
    if (!fields.site.empty() && !is_token(fields.site))
        return fmt::format("--site '{}' may only have letters, digits and -.!%*_+`'~",
                           shown(fields.site));
    return {};
}

}  // namespace

std::string RequestTemplate::check(const RequestFields& fields, GivenAs given) {
    if (std::string problem = check_texts(fields, given); !problem.empty()) return problem;
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
