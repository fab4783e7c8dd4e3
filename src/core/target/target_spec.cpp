// A line becomes a target: its parts (target_line.hpp, target_address.hpp) are judged together.
#include "sipping/target/target_spec.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sipping/base/parse.hpp"
#include "sipping/base/values.hpp"
#include "sipping/target/pasted_text.hpp"
#include "sipping/target/target_address.hpp"
#include "sipping/target/target_line.hpp"

namespace sipping::target {
namespace {

constexpr std::size_t line_max = 4096;
constexpr std::uint16_t sip_port = 5060;

bool is_number(std::string_view text) noexcept {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_port(std::string_view text) {
    return parse_count(text, 1, 65535).has_value();
}

/// "192.0.2.1:5060" of a host, or address, that has no port yet. `spec` is what it means.
std::string with_port(std::string_view host, const TargetSpec& spec, std::string_view port) {
    host = host.substr(0, host.find('/'));
    if (!spec.zone.empty())  // where "%25" would be '%'
        return fmt::format("[{}%{}{}]:{}", spec.host, spec.zone.starts_with("25") ? "25" : "",
                           spec.zone, port);
    const bool bare_v6 = !host.starts_with('[') && host.find(':') != std::string_view::npos;
    return bare_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

/// How columns would be written here.
struct Suggestion {
    std::string text;            ///< "192.0.2.1:5060 name=Berlin"; empty: who knows
    std::string_view misplaced;  ///< the column that no target has: "Berlin"
};
Suggestion suggest(const std::vector<std::string_view>& columns) {
    const auto address = std::find_if(columns.begin(), columns.end(), looks_like_address);
    if (address == columns.end()) return {};
    Suggestion suggestion{.text = shown(*address)};
    for (auto column = columns.begin(); column != columns.end(); ++column) {
        if (column == address) continue;
        TargetSpec spec;
        if (column == address + 1 && is_port(*column)) {
            if (!parse_host_port(*address, spec).empty() || spec.port != 0) return {};
            suggestion.text = with_port(suggestion.text, spec, *column);
        } else if (suggestion.misplaced.empty() && !is_number(*column)) {
            suggestion.misplaced = *column;
        } else {
            return {};
        }
    }
    const bool blank = suggestion.misplaced.find(' ') != std::string_view::npos;
    suggestion.text +=
        fmt::format(fmt::runtime(blank ? " name=\"{}\"" : " name={}"), shown(suggestion.misplaced));
    return suggestion;
}

/// Fields behind the address: one port, which becomes the target's; all else is a mistake.
std::string settle_fields(std::string_view address, const AddressParts& parts,
                          const std::vector<std::string_view>& fields, TargetSpec& spec) {
    if (fields.empty()) return {};
    if (fields.size() == 1 && is_number(fields.front())) {
        if (spec.port != 0)
            return fmt::format("'{}': a second port '{}'", shown(address), shown(fields.front()));
        spec.note.clear();
        const auto wrong = read_port(fields.front(), spec.port);
        if (wrong.empty()) return {};
        return fmt::format("'{}': port '{}' {}", shown(address), shown(fields.front()), wrong);
    }
    for (const std::string_view field : fields)
        if (std::string wrong = only_udp(field); !wrong.empty()) return wrong;
    std::vector<std::string_view> columns{parts.head};
    columns.insert(columns.end(), fields.begin(), fields.end());
    if (std::count_if(columns.begin(), columns.end(), looks_like_address) > 1)
        return fmt::format("'{}': more than one target, write each by itself", shown(address));
    const Suggestion suggestion = suggest(columns);
    if (suggestion.text.empty() && is_number(columns.front()))
        return fmt::format("'{}': the address comes first", shown(address));
    if (suggestion.text.empty())
        return fmt::format("unexpected word '{}' (only key=value may follow a target)",
                           shown(fields.front()));
    if (suggestion.misplaced == columns.front())
        return fmt::format("'{}': the address comes first, write '{}'", shown(address),
                           suggestion.text);
    return fmt::format("unexpected word '{}' (only key=value may follow a target), write '{}'",
                       shown(suggestion.misplaced), suggestion.text);
}

std::string parse_address_of(const LineParts& line, TargetSpec& spec) {
    const auto text = line.address;
    AddressParts parts;
    std::vector<std::string_view> fields;
    auto wrong = cut_address(text, parts, fields);
    if (wrong.empty()) wrong = check_parameters(line.parameters);
    if (!wrong.empty()) return fmt::format("'{}': {}", shown(text), wrong);
    fields.insert(fields.end(), line.fields.begin(), line.fields.end());
    wrong = parse_host_port(parts.host_port, spec);
    // A name with blanks in front of its address, as in a column, is no bad host.
    if (wrong.empty() || fields.size() > 1 || is_number(parts.head))
        if (auto misplaced = settle_fields(text, parts, fields, spec); !misplaced.empty())
            return misplaced;
    if (!wrong.empty()) return fmt::format("'{}': {}", shown(text), wrong);
    spec.uri_user = parts.user.substr(0, parts.user.size() - (parts.user.empty() ? 0 : 1));
    spec.text = unquoted(without_separators(text));
    if (spec.text.find('"') != std::string::npos) spec.text = parts.head;  // quoted columns
    if (fields.empty()) return {};
    const std::string_view sip = "sip";
    const bool called_sip = std::equal(spec.host.begin(), spec.host.end(), sip.begin(), sip.end(),
                                       [](char a, char b) { return (a | 0x20) == b; });
    // "sip:5060" would be a URI.
    spec.text = fmt::format("{}{}{}", called_sip ? "sip:" : parts.scheme, parts.user,
                            with_port(parts.host_port, spec, fields.front()));
    return {};
}

/// The display name is the target's name, unless name= says another.
std::string read_display(std::string_view display, TargetSpec& spec) {
    if (display.empty()) return {};
    spec.name = display;
    const auto wrong = check_name(display);
    return wrong.empty() ? wrong : fmt::format("'{}': {}", shown(display), wrong);
}

}  // namespace

std::string parse_target(std::string_view line, TargetSpec& spec) {
    const std::string plain = plain_line(line);
    line = trimmed(plain);
    if (line.empty()) return "the target is empty, name a host";
    if (line.size() > line_max) return fmt::format("'{}': too long for a target", shown(line));
    // A tab between words is a blank; every other control character is an accident or an attack.
    const auto stray = std::find_if(line.begin(), line.end(), [](char c) {
        return c != '\t' && has_control({&c, 1});
    });
    if (stray != line.end()) return fmt::format("'{}': control character in it", shown(line));

    LineParts parts;
    if (const auto wrong = cut_line(line, parts); !wrong.empty())
        return fmt::format("'{}': {}", shown(line), wrong);
    TargetSpec parsed;
    if (auto wrong = parse_address_of(parts, parsed); !wrong.empty()) return wrong;
    if (auto wrong = read_display(parts.display, parsed); !wrong.empty()) return wrong;
    if (auto wrong = parse_words(parts.words, parsed); !wrong.empty()) return wrong;
    if (parsed.name.empty()) parsed.name = parsed.text;
    spec = std::move(parsed);
    return {};
}

std::string uri_host(const TargetSpec& spec, const Endpoint& endpoint) {
    // The name the user gave stands in the request; an address where there is none.
    const std::string host = spec.literal ? to_host(endpoint.address) : spec.host;
    return endpoint.port == sip_port ? host : fmt::format("{}:{}", host, endpoint.port);
}

}  // namespace sipping::target
