#include "session/target_input.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "net/zone.hpp"
#include "session/first_lookups.hpp"
#include "session/requests.hpp"
#include "session/targets.hpp"
#include "sipping/base/values.hpp"
#include "sipping/target/target_list.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

// Far above the longest list; /dev/zero ends here.
constexpr std::size_t file_size_max = std::size_t{64} << 20;

std::string read_whole(const std::string& path) {
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    const bool standard_input = path == "-";
    const File file{standard_input ? stdin : std::fopen(path.c_str(), "rbe"),
                    standard_input ? std::fflush : std::fclose};
    std::string text;
    std::array<char, 65536> piece;
    std::size_t size = 0;
    if (file)
        while ((size = std::fread(piece.data(), 1, piece.size(), file.get())) > 0 &&
               text.size() <= file_size_max)
            text.append(piece.data(), size);
    if (!file || std::ferror(file.get()) != 0)  // a folder, a bad disk: opened, but not read
        throw UsageError(fmt::format("--file '{}': {}", path, std::strerror(errno)));
    if (text.size() > file_size_max)
        throw UsageError(fmt::format("--file '{}': more than {} MiB, which is no list of targets",
                                     path, file_size_max >> 20));
    return text;
}

/// The scope of a link-local address. What is wrong with it, else nothing.
std::string find_scope(const config::PingConfig& config, target::TargetSpec& spec) {
    if (!spec.literal || !is_link_local(*spec.literal)) return {};
    const std::string& zone = spec.zone.empty() ? config.device : spec.zone;
    if (zone.empty())
        return fmt::format("'{0}': a link-local address needs an interface: {1}%eth0, or --device",
                           shown(spec.text), spec.host);
    spec.literal->scope = net::interface_index(zone);
    if (spec.literal->scope == 0)
        return fmt::format("'{}': this box has no interface '{}'", shown(spec.text), shown(zone));
    if (!config.device.empty() && spec.literal->scope != net::interface_index(config.device))
        return fmt::format("'{}': --device {} is another interface", shown(spec.text),
                           shown(config.device));
    return {};
}

std::string check_spec(const config::PingConfig& config, target::TargetSpec& spec) {
    const auto family = family_wanted(config);
    if (family && spec.literal && spec.literal->family != *family)
        return fmt::format("'{}' is not {}", shown(spec.text), family_asked_for(config, *family));
    if (auto wrong = find_scope(config, spec); !wrong.empty()) return wrong;
    const Endpoint endpoint{spec.literal.value_or(Address{}), port_of(config, spec)};
    return wire::RequestTemplate::check(request_fields(config, spec, endpoint, {}),
                                        wire::GivenAs::word);
}

/// The options of the request once, and not again for each target.
void check_options(const config::PingConfig& config) {
    target::TargetSpec any;
    any.host = "HOST";
    const auto fields = request_fields(config, any, {Address{}, config.port}, {});
    if (const auto wrong = wire::RequestTemplate::check(fields); !wrong.empty())
        throw UsageError(wrong);
}

/// Tells the first ones; the last word is the caller's exception.
void refuse(const target::Complaints& wrong) {
    if (wrong.count() == 0) return;
    if (wrong.count() == 1) throw UsageError(wrong.told().front());
    for (const std::string& message : wrong.told())
        tell(message);
    throw UsageError(wrong.count() > wrong.told().size()
                         ? fmt::format("{} targets are wrong, the first {} are above; nothing was "
                                       "sent",
                                       wrong.count(), wrong.told().size())
                         : fmt::format("{} targets are wrong; nothing was sent", wrong.count()));
}

}  // namespace

std::vector<target::TargetSpec> read_targets(const config::PingConfig& config) {
    check_options(config);
    target::TargetList list{
        .check = [&config](target::TargetSpec& spec) { return check_spec(config, spec); }};
    for (const std::string& text : config.targets)
        target::add_target(text, list);
    if (config.target_file)
        target::add_target_file(*config.target_file == "-" ? "stdin" : *config.target_file,
                                read_whole(*config.target_file), list);
    refuse(list.wrong);
    target::take_out_repeats({.port = config.port, .request_uri = config.request_uri}, list);
    target::tell_names_apart(list);
    for (const std::string& note : list.notes.told())
        tell(fmt::format("note: {}", note));
    if (list.notes.count() > list.notes.told().size())
        tell(fmt::format("note: and {} more such notes",
                         list.notes.count() - list.notes.told().size()));
    return std::move(list.specs);
}

}  // namespace sipping::app
