// Any bytes as a target file: no crash, and what is taken over keeps the promises of TargetSpec.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "sipping/base/values.hpp"
#include "sipping/target/target_spec.hpp"

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sipping;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    std::vector<target::TargetSpec> specs;
    const auto wrong = target::parse_target_file("fuzz", text, specs);
    require(wrong.empty() != specs.empty());
    require(!has_control(wrong));
    for (const auto& spec : specs) {
        require(check_host(spec.host).empty());
        require(!spec.name.empty() && !has_control(spec.name) && !has_control(spec.text));
        require(!spec.interval || (*spec.interval > Duration{0} && *spec.interval <= interval_max));
        require(!spec.timeout || (*spec.timeout >= timeout_min && *spec.timeout <= timeout_max));
        require(!spec.user || check_uri_part(*spec.user).empty());
        require(!spec.domain || check_uri_part(*spec.domain).empty());
        // A target means the same when it is read again from its own text.
        target::TargetSpec again;
        require(target::parse_target(spec.text, again).empty());
        require(again.host == spec.host && again.port == spec.port &&
                again.literal == spec.literal && again.uri_user == spec.uri_user);
    }
    return 0;
}
