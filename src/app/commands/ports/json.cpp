#include <cstring>

#include "commands/ports/report.hpp"
#include "text/json_words.hpp"

namespace sipping::app {
namespace {

double in_us(Duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json errno_name(int error) {
    const char* name = error > 0 ? strerrorname_np(error) : nullptr;
    return name == nullptr ? Json(nullptr) : Json(name);
}

Json cost(const ports::Cost& cost) {
    const auto time = [&](Duration value) {
        return cost.calls == 0 ? Json(nullptr) : Json(in_us(value));
    };
    return {{"calls", cost.calls}, {"p50_us", time(cost.p50)}, {"p99_us", time(cost.p99)}};
}

Json level(const ports::FillRow& row) {
    Json any = cost(row.any_bind);
    any["refused"] = row.any_refused;
    any["errno"] = errno_name(row.any_error);
    return {{"percent", row.percent},
            {"sockets", row.held},
            {"bind", cost(row.bind)},
            {"bind_port_0", any},
            {"bytes_per_socket", or_null(row.bytes_per_socket)}};
}

Json uring(const std::optional<net::UringTable>& table) {
    if (!table) return nullptr;
    return {{"refused", errno_name(table->ring_error)},
            {"table", table->entries},
            {"table_refused", errno_name(table->table_error)}};
}

Json limits(const LocalReport& report) {
    const net::BoxLimits& limits = report.limits;
    const net::PortRange range = limits.ports.range;
    Json memory = nullptr;
    if (report.memory)
        memory = *report.memory == net::MemorySource::slabinfo ? "slabinfo" : "meminfo";
    return {{"port_range",
             {{"low", range.low},
              {"high", range.high},
              {"own", limits.ports.own_range},
              {"reserved", limits.reserved()},
              {"held_by_others", limits.held_by_others()},
              {"left_free", report.left_free}}},
            {"rlimit_nofile",
             {{"soft", limits.descriptors.soft},
              {"hard", limits.descriptors.hard},
              {"used", report.descriptor_limit},
              {"open_before", report.descriptors_open}}},
            {"memory_source", memory},
            {"io_uring", uring(report.table)},
            {"udp_hash_slots", or_null(limits.hash_slots)},
            {"conntrack",
             {{"count", or_null(limits.conntrack_count)}, {"max", or_null(limits.conntrack_max)}}}};
}

Json simulation(const std::optional<SimulationReport>& simulation) {
    if (!simulation) return nullptr;
    const ports::OriginalRecord& record = simulation->record;
    const ports::OriginalPlan& plan = record.plan();
    Json rows = Json::array();
    for (const ports::OriginalRow& row : record.rows())
        rows.push_back({{"at_s", in_s(row.at)},
                        {"probes", row.probes},
                        {"failed", row.failed},
                        {"in_use_predicted", row.predicted},
                        {"in_use", row.seen},
                        {"new_port", cost(row.cost)}});
    Json failure = nullptr;
    if (const auto& first = record.first_failure())
        failure = {{"at_s", in_s(first->at)},
                   {"errno", errno_name(first->error)},
                   {"in_use", first->in_use}};
    const auto predicted = plan.first_failure();
    return {{"rate_per_s", plan.rate_per_s},
            {"timeout_s", in_s(plan.timeout)},
            {"duration_s", in_s(simulation->length)},
            {"rlimit_nofile", simulation->soft_limit},
            {"available", plan.available},
            {"due", simulation->due},
            {"probes", record.probes()},
            {"failed", record.failures()},
            {"in_use_max", record.most_in_use()},
            {"in_use_max_predicted", plan.in_use_at(simulation->length)},
            {"first_failure", failure},
            {"first_failure_predicted_s", predicted ? Json(in_s(*predicted)) : Json(nullptr)},
            {"spared", record.spared().has_value()},
            {"interrupted", simulation->interrupted},
            {"rows", rows},
            {"text", simulation->words}};
}

Json public_addresses(const ports::Path& path) {
    Json list = Json::array();
    for (const Address& address : path.addresses())
        list.push_back(to_string(address));
    return list;
}

}  // namespace

std::string ports_json(const LocalReport& report, const config::PortsConfig& config) {
    Json levels = Json::array();
    for (const ports::FillRow& row : report.rows)
        levels.push_back(level(row));
    const Json bind = config.probing.bind ? Json(to_string(*config.probing.bind)) : Json(nullptr);
    const Json object{{"family", report.family == Family::v4 ? "IPv4" : "IPv6"},
                      {"bind", bind},
                      {"ports", report.ports},
                      {"stopped_by", ports::limit_name(report.stopped_by)},
                      {"errno", errno_name(report.error)},
                      {"levels", levels},
                      {"limits", limits(report)},
                      {"simulation", simulation(report.simulation)},
                      {"text", report.words}};
    return json_line(object);
}

std::string path_json(const ports::Path& path, const std::string& target,
                      const std::string& endpoint, std::uint32_t visible, const std::string& text) {
    const bool told = path.port_kept() + path.port_changed() > 0;
    const Json object{
        {"command", "ports"},
        {"target", target},
        {"address", endpoint},
        {"verdict", to_string(path.verdict())},
        {"rate", path.options().rate_per_s},
        {"mapping_time_s", in_s(path.options().mapping_time)},
        {"ports_visible", visible},
        {"ports_tried", path.tried()},
        {"ports_answered", path.answered()},
        {"ports_silent_in_a_row", path.silent_run()},
        {"first_silent", path.first_silent() > 0 ? Json(path.first_silent()) : Json(nullptr)},
        {"not_sent", path.not_sent()},
        {"errno", errno_name(path.error())},
        {"icmp_errors", path.heard().icmp},
        {"late", path.heard().late},
        {"unread", path.heard().unread()},
        {"answered_503", path.refused()},
        {"outages", path.outages()},
        {"lost_with_canary", path.lost_with_canary()},
        {"canary",
         {{"sent", path.canary_sent()},
          {"answered", path.canary_answered()},
          {"remapped", path.canary_remapped()}}},
        {"silence_s", path.silence() > 0s ? Json(in_s(path.silence())) : Json(nullptr)},
        {"came_back", path.silence() > 0s ? Json(path.came_back()) : Json(nullptr)},
        {"keeps_ports", told ? Json(path.port_changed() == 0) : Json(nullptr)},
        {"public_addresses", public_addresses(path)},
        {"public_address_changes", path.address_changes()},
        {"text", text},
    };
    return json_line(object);
}

}  // namespace sipping::app
