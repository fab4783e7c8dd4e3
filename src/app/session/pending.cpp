#include "session/pending.hpp"

#include <fmt/format.h>

#include "sipping/base/grouped.hpp"
#include "text/safe_text.hpp"

namespace sipping::app {

void Pending::on_result(const ProbeResult& result, const record::RowContext& context) {
    if (result.kind != Kind::pending || ++count_ > named_max) return;
    named_ +=
        fmt::format("{}{}{}{} to {}", named_.empty() ? "" : ", ", result.call_id,
                    context.site.empty() ? "" : "@", safe(context.site), safe(context.target_name));
}

std::string Pending::words() const {
    if (count_ == 0) return {};
    return fmt::format(
        "Left while {} still waited, neither answered nor lost (rows of kind pending): {}{}",
        counted(count_, "probe"), named_,
        count_ > named_max ? fmt::format(" and {} more", count_ - named_max) : "");
}

}  // namespace sipping::app
