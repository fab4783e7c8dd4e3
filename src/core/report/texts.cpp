#include "sipping/report/texts.hpp"

namespace sipping::report {

TextId Texts::find(std::string_view text) {
    if (text.empty()) return 0;
    text = text.substr(0, text_max);
    const auto known = [&](std::string_view one) {
        const auto found = ids_.find(one);
        return found == ids_.end() ? TextId{0} : found->second;
    };
    if (const TextId id = known(text); id != 0) return last_ = id;
    if (known_.size() > texts_max) text = text.substr(0, cut_);
    if (const TextId id = known(text); id != 0) return last_ = id;
    if (known_.size() > texts_max + more_max) return last_ = static_cast<TextId>(known_.size() - 1);
    last_ = static_cast<TextId>(known_.size());
    known_.emplace_back(text);
    ids_.emplace(text, last_);
    return last_;
}

}  // namespace sipping::report
