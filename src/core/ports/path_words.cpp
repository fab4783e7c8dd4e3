#include "sipping/ports/path_words.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sipping/base/error_words.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/ports/words.hpp"

namespace sipping::ports {
namespace {

std::string with_tenths(Duration time) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(time).count());
}

std::string listed(const std::vector<Address>& addresses) {
    std::string text;
    for (const Address& address : addresses)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(address));
    return text;
}

std::string limit(const Path& path, const PathQuestion& question) {
    const std::uint32_t ports = path.answered();
    const double per_s = ports / std::chrono::duration<double>(path.options().mapping_time).count();
    std::string text = fmt::format(
        "The path to {} carries {} at once: then {} in a row stayed silent "
        "(the first silent one was number {}), while the old port went on being answered ({} of "
        "{}). So a session table is full, or a limit on sessions reached; in an outage or a ban "
        "the old port would be silent too. With a mapping kept {}, {} new ports a second can last "
        "here.",
        question.target, counted(ports, "source port"), counted(path.silent_run(), "new port"),
        grouped(path.first_silent()), grouped(path.canary_answered()), grouped(path.canary_sent()),
        in_seconds(path.options().mapping_time), grouped_rate(per_s));
    if (path.lost_between() > 0)
        text += fmt::format(" Near the limit some were silent here and there ({}).",
                            grouped(path.lost_between()));
    return text;
}

std::string no_limit(const Path& path, const PathQuestion& question) {
    const PathOptions& options = path.options();
    std::string text =
        fmt::format("{}: no limit found up to {}, tried at {} a second.", question.target,
                    counted(path.answered(), "port"), grouped_rate(options.rate_per_s));
    if (path.lost_between() + path.silent_run() > 0)
        text +=
            fmt::format(" {} of {} ports were not answered, but not in a row.",
                        grouped(path.lost_between() + path.silent_run()), grouped(path.tried()));
    const std::uint32_t visible = visible_ports(options.rate_per_s, options.mapping_time);
    const double seconds = std::chrono::duration<double>(options.mapping_time).count();
    if (question.asked > visible)
        text += fmt::format(
            " {} were asked for, but a mapping is kept {}: at this rate no more than {} are there "
            "at once, and no more can be seen. Give --rate {} or more.",
            grouped(question.asked), in_seconds(options.mapping_time), grouped(visible),
            grouped(static_cast<std::uint64_t>(std::ceil(question.asked / seconds))));
    else
        text += fmt::format(" (A mapping kept {} lets {} be seen at this rate.)",
                            in_seconds(options.mapping_time), grouped(visible));
    return text;
}

std::string banned(const Path& path, const PathQuestion& question) {
    std::string text = fmt::format(
        "{} looks banned: after {} in {} nothing was answered any more, new ports and the "
        "old one alike",
        question.target, counted(path.answered(), "port"), with_tenths(path.probing_time()));
    if (path.came_back())
        text += fmt::format(
            ". {} later, asked once a second, it answered again. (An outage of just that time "
            "would look the same.)",
            with_tenths(path.silence()));
    else
        text += fmt::format(
            ", also not when it was asked once a second: {} of silence. Or it is down: ask again "
            "from another address.",
            with_tenths(path.silence()));
    return text + " Nothing can be said about a limit on ports.";
}

std::string outage(const Path& path, const PathQuestion& question) {
    return fmt::format(
        "{} became unreachable after {}: new ports and the old one fell silent together, "
        "and ICMP errors came. {} Nothing can be said about a limit on ports.",
        question.target, counted(path.answered(), "port"),
        path.came_back() ? "It is back now." : "It has not come back.");
}

std::string self(const Path& path, const PathQuestion& question) {
    std::string text = fmt::format(
        "This prober could not do its part: {} of {} probes to {} were "
        "not sent in time",
        grouped(path.not_sent()), grouped(path.not_sent() + path.tried()), question.target);
    if (path.error() != 0) text += fmt::format(", {}", error_words(path.error()));
    return text +
           ". Nothing can be said about the path (a full conntrack table or a firewall of this box "
           "refuses sends with EPERM).";
}

std::string unknown(const Path& path, const PathQuestion& question) {
    if (path.lost_between() + path.silent_run() > 0)
        return fmt::format(
            "{}: {} of {} ports were not answered, here and there: too many to tell a limit from "
            "losses.",
            question.target, grouped(path.lost_between() + path.silent_run()),
            grouped(path.tried()));
    return fmt::format("{}: ended early; {} of {} ports were answered so far.", question.target,
                       grouped(path.answered()), grouped(path.tried()));
}

}  // namespace

std::string path_words(const Path& path, const PathQuestion& question) {
    std::string text;
    switch (path.verdict()) {
        case PathVerdict::limit: text = limit(path, question); break;
        case PathVerdict::no_limit: text = no_limit(path, question); break;
        case PathVerdict::banned: text = banned(path, question); break;
        case PathVerdict::outage: text = outage(path, question); break;
        case PathVerdict::self: text = self(path, question); break;
        case PathVerdict::unknown: text = unknown(path, question); break;
        case PathVerdict::silent:
            text = fmt::format("{} does not answer: no port was tried.", question.target);
            break;
        case PathVerdict::no_answer:
            text =
                fmt::format("Nothing that came from {} was an answer in time: no port was tried.",
                            question.target);
            break;
    }
    if (path.outages() > 0)
        text += fmt::format(
            " In between everything was silent {}, and came back by itself; {} lost then {} not "
            "count.",
            counted(path.outages(), "time"), counted(path.lost_with_canary(), "port"),
            for_count(path.lost_with_canary(), "does", "do"));
    text += stats::heard_words(path.heard());
    if (const std::uint64_t late = path.heard().late; late > 0)
        text += fmt::format(" {} came after the timeout: a longer -t may be right.",
                            counted(late, "answer"));
    return text;
}

std::string public_words(const Path& path) {
    const std::uint32_t told = path.port_kept() + path.port_changed();
    std::string text;
    if (told > 0 && path.port_changed() == 0)
        text = fmt::format("The host sees our own port numbers ({} of {}).",
                           grouped(path.port_kept()), grouped(told));
    else if (told > 0)
        text = fmt::format("The path changes port numbers: of {} answers {} told of another port.",
                           grouped(told), grouped(path.port_changed()));
    if (path.addresses().empty()) return text;
    if (!text.empty()) text += ' ';
    if (path.addresses().size() == 1)
        text += fmt::format("It sees us as {}.", to_string(path.addresses().front()));
    else
        text +=
            fmt::format("It sees us as {} addresses ({}), changing {}.", path.addresses().size(),
                        listed(path.addresses()), counted(path.address_changes(), "time"));
    if (path.canary_remapped() > 0)
        text += fmt::format(" The old port's mapping was given away {} though it was in use.",
                            counted(path.canary_remapped(), "time"));
    return text;
}

}  // namespace sipping::ports
