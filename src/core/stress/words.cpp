#include "sipping/stress/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sipping/base/error_words.hpp"
#include "sipping/base/grouped.hpp"

namespace sipping::stress {
namespace {

std::string ms(Duration value) {
    return fmt::format("{:.3f}", static_cast<double>(value.count()) / 1e6);
}

std::string seconds(Duration value) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(value).count());
}

std::string joined(const std::vector<std::string_view>& words) {
    return fmt::format("{}", fmt::join(words, ", "));
}

double unsent_percent(const Step& step) {
    const std::uint64_t unsent = step.due() - step.sent;
    return step.due() == 0 ? 0
                           : static_cast<double>(unsent) * 100 / static_cast<double>(step.due());
}

/// "200 x 480, 503 x 20 (5 with Retry-After)"; the most frequent first, of many the first four.
std::string codes(const Step& step) {
    constexpr std::size_t told_max = 4;
    std::vector<std::size_t> seen;
    for (std::size_t code = 0; code < step.by_status.size(); ++code)
        if (step.by_status[code] > 0) seen.push_back(code);
    if (seen.empty()) return "-";
    std::stable_sort(seen.begin(), seen.end(), [&](std::size_t a, std::size_t b) {
        return step.by_status[a] > step.by_status[b];
    });
    std::string text;
    for (std::size_t i = 0; i < std::min(seen.size(), told_max); ++i) {
        text += fmt::format("{}{} x {}", i == 0 ? "" : ", ", seen[i], step.by_status[seen[i]]);
        if (seen[i] == 503 && step.paused > 0)
            text += fmt::format(" ({} with Retry-After)", step.paused);
    }
    if (seen.size() > told_max)
        text += fmt::format(", {}", counted(seen.size() - told_max, "more code"));
    return text;
}

std::string judged_as(const Measured& measured) {
    const Step& step = measured.step;
    std::string text{to_string(measured.judgement.verdict)};
    if (measured.judgement.verdict == Verdict::bad)
        text += ": " + joined(sign_words(measured.judgement.signs));
    if (measured.judgement.verdict == Verdict::ours) {
        if (measured.not_sent > 0)
            text += ": then sending failed here";
        else if (unsent_percent(step) > own_share_max * 100)
            text += fmt::format(": {:.1f} % not sent in time", unsent_percent(step));
        else
            text += fmt::format(": {} may be our own", counted(step.blamed, "loss", "losses"));
    }
    if (step.cut) text += " (cut short)";
    return text;
}

/// The bad steps above what was held, by rate.
std::vector<const Measured*> bad_steps(const Stress& stress, double held) {
    std::vector<const Measured*> bad;
    for (const Measured& measured : stress.measured())
        if (measured.judgement.verdict == Verdict::bad && measured.step.rate_per_s > held)
            bad.push_back(&measured);
    std::stable_sort(bad.begin(), bad.end(), [](const Measured* a, const Measured* b) {
        return a->step.rate_per_s < b->step.rate_per_s;
    });
    return bad;
}

std::string beyond(const Stress& stress, const Outcome& outcome, const Options& options) {
    const auto bad = bad_steps(stress, outcome.held);
    if (bad.empty()) return {};
    std::vector<std::string> parts;
    const auto describe = [&](const Measured& measured) {
        const Step& step = measured.step;
        std::vector<std::string> what;
        if (step.lost > 0) what.push_back(fmt::format("{:.1f} % lost", step.lost_percent()));
        if (step.refused > 0)
            what.push_back(fmt::format("{:.1f} % answered 503", step.refused_percent()));
        if (options.limits.stop_p99 && (measured.judgement.signs & sign_latency) != 0)
            what.push_back(fmt::format("p99 {} ms", ms(step.latency_at(0.99))));
        return fmt::format("at {} a second {}", grouped_rate(step.rate_per_s),
                           fmt::join(what, ", "));
    };
    parts.push_back(describe(*bad.front()));
    if (bad.back()->step.rate_per_s > bad.front()->step.rate_per_s * 1.2)
        parts.push_back(describe(*bad.back()));
    std::string text = fmt::format(" Beyond it: {}.", fmt::join(parts, "; "));
    if ((outcome.signs & sign_pause) != 0)
        text += fmt::format(" It asked for a pause (503 with Retry-After: {} s).",
                            outcome.retry_after_s);
    if ((outcome.signs & sign_unreachable) != 0)
        text += " ICMP errors named most of the losses: it had become unreachable.";
    return text;
}

/// The bad step, if there is one, that has this sign.
const Measured* step_with(const Stress& stress, const Outcome& outcome, Sign sign) {
    for (const Measured* measured : bad_steps(stress, outcome.held))
        if ((measured->judgement.signs & sign) != 0) return measured;
    return nullptr;
}

std::string banned(const Measured& measured) {
    const Step& step = measured.step;
    const Duration active = std::max(step.last_answer - step.begin, Duration::zero());
    const std::string from_both =
        measured.new_asked == 0
            ? ""
            : fmt::format(
                  ", neither to a port used before ({} of {} answered) nor to new ones ({} of "
                  "{})",
                  measured.old_answered, measured.old_asked, measured.new_answered,
                  measured.new_asked);
    return fmt::format(
        " It looks banned: {} answered in {}, then nothing any more for {}{}{}. The "
        "knee is not searched further, since each try would cost another ban.",
        counted(step.answered, "probe was", "probes were"), seconds(active),
        seconds(measured.silence),
        measured.recovered ? ", until the load had been gone for a while"
                           : ", and it has not come back yet",
        measured.recovered ? "" : from_both);
}

std::string recovery(const Stress& stress, const Outcome& outcome) {
    const auto bad = bad_steps(stress, outcome.held);
    if (bad.empty()) return {};
    if (const Measured* measured = step_with(stress, outcome, sign_ban)) return banned(*measured);
    if (!outcome.recovered)
        return fmt::format(
            " No recovery was seen within {} of the load's end, so no further rate was tried.",
            seconds(outcome.recovery));
    return fmt::format(
        " It answered again {} after the load ended{}.",
        outcome.recovery < 1s ? fmt::format("{} ms", outcome.recovery / 1ms)
                              : seconds(outcome.recovery),
        bad.size() > 1 ? " (the longest of " + std::to_string(bad.size()) + ")" : "");
}

/// Why the limit is not ours.
std::string innocence(const Stress& stress) {
    double unsent = 0;
    Duration lateness{};
    for (const Measured& measured : stress.measured()) {
        if (measured.judgement.verdict == Verdict::ours) continue;
        unsent = std::max(unsent, unsent_percent(measured.step));
        lateness = std::max(lateness, measured.step.lateness_at(0.99));
    }
    return fmt::format(
        " The limit is not ours: of what was due at most {:.2f} % was not sent, and p99 of the "
        "delay in sending was {} ms or less.",
        unsent, ms(lateness));
}

/// Two rates, with as many decimals as it takes to tell them apart.
std::pair<std::string, std::string> apart(double lower, double higher) {
    std::pair texts{grouped_rate(lower), grouped_rate(higher)};
    for (int decimals = 1; texts.first == texts.second && decimals <= 6; ++decimals)
        texts = {fmt::format("{:.{}f}", lower, decimals), fmt::format("{:.{}f}", higher, decimals)};
    return texts;
}

std::string holds(std::string_view target, const Outcome& outcome) {
    if (outcome.held == 0)
        return fmt::format("{} does not hold {} probes a second, the lowest rate asked.", target,
                           grouped_rate(outcome.first_bad));
    const auto [held, first_bad] = apart(outcome.held, outcome.first_bad);
    return fmt::format("{} holds {} probes a second, but not {}.", target, held, first_bad);
}

std::string path(std::string_view target, const Outcome& outcome, const Stress& stress) {
    const Measured& measured = *step_with(stress, outcome, sign_path);
    std::string text = fmt::format(
        "The limit is the path's: at {} a second {:.1f} % were lost, and then new source ports "
        "were "
        "silent ({} of {} answered) while a port used before was not ({} of {}). So a session "
        "table "
        "on the path (a NAT, a firewall) is full, or a limit on sessions reached; a host that "
        "drops "
        "or bans would not answer the old port either.",
        grouped_rate(measured.step.rate_per_s), measured.step.lost_percent(), measured.new_answered,
        measured.new_asked, measured.old_answered, measured.old_asked);
    text += outcome.held > 0
                ? fmt::format(" {} held {} probes a second; its own limit is not known.", target,
                              grouped_rate(outcome.held))
                : fmt::format(" Nothing can be said about {}.", target);
    return text +
           fmt::format(
               " Take fewer ports than the path carries (--ports); `sipping ports {}` counts "
               "them.",
               target);
}

std::string ours(std::string_view target, const Outcome& outcome, const Stress& stress) {
    if (outcome.own_error != 0)
        return fmt::format(
            "The limit is ours: after {} probes a second sending failed here ({}), so that {} "
            "could "
            "not be asked any more. A full conntrack table or a firewall of this box refuses sends "
            "with EPERM.",
            grouped_rate(outcome.own_limit), error_words(outcome.own_error), target);
    double unsent = 0;
    std::uint64_t blamed = 0;
    for (const Measured& measured : stress.measured()) {
        if (measured.judgement.verdict != Verdict::ours) continue;
        unsent = std::max(unsent, unsent_percent(measured.step));
        blamed += measured.step.blamed;
    }
    const std::string why =
        unsent > own_share_max * 100
            ? fmt::format("{:.0f} % of what was due could not be sent in time", unsent)
            : fmt::format("{} may be our own", counted(blamed, "loss", "losses"));
    std::string text = fmt::format("The limit is ours: at {} a second {}, in {} tries.",
                                   grouped_rate(outcome.own_limit), why, Search::own_tries);
    if (outcome.held > 0)
        return text + fmt::format(
                          " {} held {} probes a second, the highest rate that we really "
                          "sent; its own limit is not known.",
                          target, grouped_rate(outcome.held));
    return text + fmt::format(" Nothing can be said about {}.", target);
}

/// The run ended before it came to a limit.
std::string unknown(std::string_view target, const Outcome& outcome, const Stress& stress) {
    if (stress.measured().empty() && !outcome.interrupted)
        return fmt::format("{} answers, but not in time: no rate was tried. A longer -t may help.",
                           target);
    const std::string_view how = outcome.interrupted ? "Interrupted" : "Ended";
    if (outcome.held > 0)
        return fmt::format("{}: {} held {} probes a second so far.", how, target,
                           grouped_rate(outcome.held));
    return fmt::format("{} before the first step was over: nothing can be said.", how);
}

std::string judged(std::string_view target, const Stress& stress, const Options& options) {
    const Outcome outcome = stress.outcome();
    if (outcome.error != 0)
        return fmt::format("Nothing could be sent to {}: {}.", target, error_words(outcome.error));
    if (!outcome.answered && outcome.interrupted)
        return fmt::format("Interrupted before {} answered: nothing can be said.", target);
    if (!outcome.answered)
        return stress.heard().nothing()
                   ? fmt::format("{} does not answer: no rate was tried.", target)
                   : fmt::format("Nothing that came from {} was an answer: no rate was tried.",
                                 target);
    if (outcome.refuses_at_rest)
        return fmt::format("{} answers 503 without any load: no rate was tried.", target);
    std::string text;
    switch (outcome.limit) {
        case Limit::none:
            return fmt::format(
                "{} holds {} probes a second, the highest rate asked: no limit found.", target,
                grouped_rate(outcome.held));
        case Limit::ours: return ours(target, outcome, stress);
        case Limit::path: return path(target, outcome, stress);
        case Limit::unknown: return unknown(target, outcome, stress);
        case Limit::target: break;
    }
    text = holds(target, outcome);
    text += beyond(stress, outcome, options);
    text += recovery(stress, outcome);
    text += innocence(stress);
    if (outcome.own_limit > 0)
        text += fmt::format(
            " Between the two we could not measure: at {} a second it was us who "
            "did not keep up.",
            grouped_rate(outcome.own_limit));
    if (outcome.interrupted) text += " Interrupted before the two were closer together.";
    return text;
}

}  // namespace

std::string table_heading() {
    return fmt::format(
        "{:>4} {:>10} {:>10} {:>10} {:>8} {:>7} {:>7} {:>6} {:>9} {:>9} {:>9} {:>9}  {}", "step",
        "rate/s", "sent", "answered", "lost", "lost %", "503", "late", "p50 ms", "p95 ms", "p99 ms",
        "delay ms", "codes; verdict");
}

std::string table_line(std::size_t number, const Measured& measured) {
    const Step& step = measured.step;
    return fmt::format(
        "{:>4} {:>10} {:>10} {:>10} {:>8} {:>7.2f} {:>7} {:>6} {:>9} {:>9} {:>9} {:>9}  {}; {}",
        number, grouped_rate(step.rate_per_s), step.sent, step.answered, step.lost,
        step.lost_percent(), step.refused, step.late, ms(step.latency_at(0.5)),
        ms(step.latency_at(0.95)), ms(step.latency_at(0.99)), ms(step.lateness_at(0.99)),
        codes(step), judged_as(measured));
}

std::vector<std::string_view> sign_words(std::uint8_t signs) {
    static constexpr std::pair<Sign, std::string_view> table[] = {
        {sign_drops, "drops"},       {sign_refusals, "503"}, {sign_latency, "latency"},
        {sign_pause, "retry-after"}, {sign_ban, "ban"},      {sign_unreachable, "unreachable"},
        {sign_path, "path"},
    };
    std::vector<std::string_view> words;
    for (const auto& [sign, word] : table)
        if ((signs & sign) != 0) words.push_back(word);
    return words;
}

std::string verdict(std::string_view target, const Stress& stress, const Options& options) {
    return judged(target, stress, options) + stats::heard_words(stress.heard());
}

}  // namespace sipping::stress
