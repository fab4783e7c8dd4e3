// Any bytes as a target file: no crash, and what is taken over keeps the promises of TargetSpec.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sipping/base/values.hpp"
#include "sipping/target/target_list.hpp"

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sipping;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    target::TargetList list;
    target::add_target_file("fuzz", text, list);
    require(list.wrong.count() > 0 || !list.specs.empty());
    require(list.wrong.told().size() <= target::told_max);
    for (const auto& wrong : list.wrong.told())
        require(!wrong.empty() && !has_control(wrong));
    const auto before = list.specs.size();
    target::take_out_repeats({}, list);
    require(list.specs.size() <= before && list.specs.empty() == (before == 0));
    for (const auto& note : list.notes.told())
        require(!has_control(note));
    for (const auto& spec : list.specs) {
        require(spec.line > 0 && check_host(spec.host).empty());
        require(!spec.name.empty() && !has_control(spec.name) && !has_control(spec.text));
        require(!spec.interval || (*spec.interval > Duration{0} && *spec.interval <= interval_max));
        require(!spec.timeout || (*spec.timeout >= timeout_min && *spec.timeout <= timeout_max));
        require(!spec.user || check_uri_user(*spec.user).empty());
        require(!spec.domain || check_uri_host(*spec.domain).empty());
        require(spec.zone.empty() || (spec.literal && is_link_local(*spec.literal)));
        require(!spec.literal || parse_address(spec.host) == spec.literal);
        // A target means the same when it is read again from its own text.
        target::TargetSpec again;
        require(target::parse_target(spec.text, again).empty());
        require(again.host == spec.host && again.port == spec.port && again.zone == spec.zone &&
                again.literal == spec.literal && again.uri_user == spec.uri_user);
    }
    return 0;
}
