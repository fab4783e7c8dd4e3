// The help texts, written by hand: one screen each. A test holds them against the option tables,
// the man page and the completions.
#include <fmt/format.h>

#include "cli/help.hpp"
#include "sipping/base/version.hpp"

namespace sipping::app {

std::string ping_help() {
    return fmt::format("sipping {} - {}", version(),
                       R"(probes SIP devices with OPTIONS over UDP, logs every answer
Usage: sipping [ping] HOST... [options]  also: ports|stress|report|trace|respond
HOST is a name or address, host:port, [v6]:port or sip:user@host:port.
TIME is milliseconds, or as 250us, 20ms, 1.5s, 2h. Defaults are in brackets.

  -f, --file FILE         targets from a file, one a line; - is standard input
  -p, --port N            port asked (5060)      --all-addresses  of every name
  -4, -6                  IPv4 only, IPv6 only   --resolve-every TIME  s (5m)
Pace
  -I, --interval TIME     between probes (1000)  -t, --timeout TIME       (1000)
  -c, --count N           per target (endless)   --duration SECONDS    (endless)
      --rate N            probes a second over all targets, instead of -I
      --flood             as fast as answered    --window N       in flight (64)
      --spin, --no-spin   wait busily for exact send times, or never
      --mine              more than 50 a second: this target is mine to load
The request
  -u, --user NAME         of From (sipping)      -d, --domain NAME       of From
  -i, --via-address IP    (the one really used)  --ttl N       Max-Forwards (70)
      --from, --to, --contact VALUE              --request-uri URI
      --user-agent TEXT                          --header 'NAME: VALUE'   repeat
      --site NAME         makes Call-IDs digits@NAME
Ports and path
      --ports N           taken in turn (1024)   --port-range LO-HI
      --port-policy WORD  rotate, fresh, fixed   --bind IP       --device IFACE
      --dscp N            0-63, EF, AF31, CS3    --io auto|uring|epoll
Output
  -w, --log FILE          CSV; '*' for none      --csv full|classic
                          (sipping-logs/<ip>.csv)
      --rotate TIME,SIZE  new file, as 24h, 500MB  --compress     old ones, zstd
  -x, --print-sent        requests, raw          -X, --print-received  answers
  -q, --quiet             no line per probe      -v, --verbose    always a line
  -S, --no-statistics     no loss statistics     --json     one object per line
      --no-color                                 --color auto|always|never
      --dry-run           print the first request per target, send nothing
Judging
      --fall N            losses to be DOWN (3)  --rise N   answers to be UP (1)
      --down-codes LIST   as 408,500-504: answers so refuse, as a loss fails
      --maintenance-codes LIST                   --answer all|asked|none (asked)
      --max-loss PCT      exit 1 above that      --late-window SECONDS      (32)
      --identities N      remembered (1000000)
  -h, --help  --version   Exit: 0 all answered, 1 not all, 2 unknown name,
                          3 bad usage, 4 system error
Examples
  sipping sbc.example.com                    once a second until Ctrl+C
  sipping -c 20 -I 50 -X 203.0.113.5:5080    twenty at 50 ms, answers shown raw
  sipping -f gateways.txt --duration 2h -q   many gateways, for two hours
)");
}

std::string respond_help() {
    return fmt::format("sipping {} - {}", version(),
                       R"(the far end: answers OPTIONS and REGISTER over UDP
Usage: sipping respond [options]

  -p, --port N         port to answer on (5060)
      --bind IP        address to answer on (all of this box)
  -4, -6               IPv4 or IPv6 only
      --code N         status code of the answers, 100-699 (200)
      --reason TEXT    reason phrase (the usual one of the code)
      --delay TIME     hold each answer back; bare ms, or as 250us, 1.5s (0)
      --drop PCT       leave that share unanswered (0)
      --seed N         of the choice what to drop, to repeat a run
      --capacity N     answer N requests a second at most (no limit)
      --beyond WORD    what the others get: drop or 503 (drop)
      --retry-after S  seconds, in the 503 (none)
      --max-rate N     answer each source N times a second at most (no limit)
      --duration TIME  end after that time; bare s, or as 90s, 2h (endless)
      --spin           never sleep: for measurements
      --io WORD        auto, uring or epoll (auto)
  -q, --quiet          no line every second
  -h, --help           this text
      --version        the version

Examples
  sipping respond                                answer everything with 200
  sipping respond -p 5080 --code 403             a gateway that refuses
  sipping respond --delay 20 --drop 5 --seed 1   a bad path, to be repeated
  sipping respond --capacity 500 --beyond 503    a gateway with a known limit
)");
}

std::string ports_help() {
    return fmt::format("sipping {} - {}", version(),
                       R"(how many source ports this box, or the path to a host, carries
Usage: sipping ports [options]          this box: opens ports until it refuses
       sipping ports HOST [options]     the path: new ports until a limit shows
TIME is milliseconds, or as 20ms, 1.5s, 2m. Defaults are in brackets.

This box
      --exhaust           to the very last port (else 64 stay to the others)
      --rate N            also play the original: N probes a second, each from a
      --duration SECONDS  new socket closed at its timeout, for so long (10)
The path to HOST (name, address, host:port, [v6]:port, sip:user@host:port)
      --rate N            new ports a second (20)
      --max N             ports to try (rate x mapping time: what can be seen)
      --mapping-time S    a NAT or firewall forgets an unused port after S (30)
      --mine              more than 50 a second: this target is mine to load
  -p, --port N            port asked (5060)      -t, --timeout TIME       (1000)
The request
  -u, --user NAME         of From (sipping)      -d, --domain NAME       of From
  -i, --via-address IP    (the one really used)  --ttl N       Max-Forwards (70)
      --from, --to, --contact VALUE              --request-uri URI
      --user-agent TEXT                          --header 'NAME: VALUE'   repeat
      --site NAME         makes Call-IDs digits@NAME
Both
      --port-range LO-HI  (the kernel's)         --bind IP       --device IFACE
  -4, -6                  IPv4 only, IPv6 only   --dscp N        0-63, EF, CS3
      --io auto|uring|epoll                      --answer all|asked|none (asked)
Output
  -w, --log FILE          CSV of all probes; '*': none (sipping-logs/<ip>.csv)
      --csv full|classic  --json    one object instead of text
  -q, --quiet             no progress
  -h, --help  --version   Exit: 0 measured, 1 no answer or no clear result,
                          2 unknown name, 3 bad usage, 4 system error
Examples
  sipping ports                                  what stops this box, and where
  sipping ports --rate 500 --duration 5          the original at 500 a second
  sipping ports sbc.example.com --max 400        is there a limit below 400?
)");
}

std::string report_help() {
    return fmt::format("sipping {} - {}", version(),
                       R"(looks back over logs: outages, losses, what belongs together
Usage: sipping report LOG... [options]
LOG is a CSV of sipping or of the original SIP Ping, plain, .gz or .zst, a
folder of them, or - for standard input. Times are local, as in the log.
MOMENT is '2015-05-15 11:31:43', 11:31 (the logs' last day), 2015-05-15T09:31Z,
15/05/15 11:31:43 (day first) or UNIX seconds. Defaults are in brackets.

Which part
      --at MOMENT         everything around it, all targets, probe by probe
      --around TIME       so much before and after it (5m)
      --from MOMENT, --to MOMENT
      --last TIME         until now, as 90m, 24h, 14d
      --target NAME       only this one, by its name or address; repeat
      --tz ZONE           Europe/Berlin, UTC, +02:00 (this box's)
How
      --outage-run N      losses in a row that make an outage (3)
      --down-codes LIST, --maintenance-codes LIST   as of ping: these make an
                          outage too, "refused" or "maintenance" (none)
      --runs WORD         monitor, stress, ports or all (monitor)
      --per hour|day      a line for each hour or day of each target
      --json              one object with everything
      --csv               a row for each outage
      --html FILE         also a page to be mailed: charts, heatmap, outages
  -q, --quiet             no progress
  -h, --help  --version   Exit: 0 all was read, 1 not all (it says what),
                          3 bad usage, 4 system error
A loss that may be the prober's own (self= in the log) never makes an outage.

Examples
  sipping report sipping-logs                         all there is
  sipping report sipping-logs --last 24h              since yesterday
  sipping report sipping-logs --at '2015-05-15 11:31:43' --around 2m
  sipping report old.csv.gz --per day --tz Europe/Berlin
  sipping report sipping-logs --html report.html      for the customer
)");
}

std::string trace_help() {
    return fmt::format("sipping {} - {}", version(),
                       R"(where each lost probe was lost, from captures of both ends
Usage: sipping trace LOG... --far FAR.pcap [--near NEAR.pcap] [options]
LOG is a CSV of sipping or of the original SIP Ping, or a folder of them.
Captures are pcap or pcapng; logs and captures plain, .gz or .zst; - is standard
input. Probes are found by Call-ID (NAT does not matter), or by their branch
where an SBC changed it, in any usual tunnel; clocks need not agree. MOMENT is
as of sipping report.

      --far FILE...       captures at the far end; repeat
      --near FILE...      captures at our own end; repeat
Which probes (all that were lost)
      --call-id CALLID    this one, lost or not
      --from MOMENT, --to MOMENT
      --target NAME       only this one, by its name or address; repeat
      --tz ZONE           Europe/Berlin, UTC, +02:00 (this box's)
How
      --ladder CALLID     draw the message flow of this probe
      --write-pcap FILE   the packets of these probes, for Wireshark
      --json              an object a line: probes, rewritten headers, summary
      --csv               a row for each probe
  -q, --quiet             no progress
  -h, --help  --version   Exit: 0 a verdict on each, 1 some undecided or not all
                          was read (it says what), 3 bad usage, 4 system error

Examples
  sipping trace sipping-logs --far pbx.pcap --near here.pcap
  sipping trace log.csv.zst --far pbx.pcap* --from 11:30
  sipping trace log.csv --far pbx.pcapng.gz --ladder 5479931704
)");
}

std::string stress_help() {
    return fmt::format("sipping {} - {}", version(),
                       R"(raises the rate until a host degrades, and finds the knee
Usage: sipping stress HOST --rate R1..R2 [options]
HOST is a name or address, host:port, [v6]:port or sip:user@host:port.
TIME is milliseconds, or as 250us, 20ms, 1.5s. Defaults are in brackets.

      --rate R1..R2       probes a second, from R1 to R2 in geometric steps
      --steps N           how many (10)          --step-time S   each lasts (5)
      --mine              more than 50 a second: this target is mine to load
Ends the ramp (beside silence)
      --stop-loss PCT     lost or refused (1)    --stop-p99 TIME   p99 above it
      --ignore-retry-after     do not stop at the first 503 with Retry-After
      --recovery-time S   it may take so long to answer again (60)
The request
  -p, --port N            port asked (5060)      -t, --timeout TIME       (1000)
  -u, --user NAME         of From (sipping)      -d, --domain NAME       of From
  -i, --via-address IP    (the one really used)  --ttl N       Max-Forwards (70)
      --from, --to, --contact VALUE              --request-uri URI
      --user-agent TEXT                          --header 'NAME: VALUE'   repeat
      --site NAME         makes Call-IDs digits@NAME
Ports and path
      --ports N           taken in turn (1024)   --port-range LO-HI
  -4, -6                  IPv4 only, IPv6 only   --bind IP       --device IFACE
      --dscp N            0-63, EF, AF31, CS3    --io auto|uring|epoll
      --spin, --no-spin   wait busily for exact send times, or never
      --late-window SECONDS  (32)                --identities N        (1000000)
      --answer all|asked|none    whose requests to our ports       (asked)
Output
      --svg FILE          plot of latency and loss by rate (needs gnuplot)
  -w, --log FILE          CSV of all probes; '*': none (sipping-logs/<ip>.csv)
      --csv full|classic  --json    one object a step, the verdict last
  -q, --quiet             no progress
  -h, --help  --version   Exit: 0 measured, 1 no answer or no clear result,
                          2 unknown name, 3 bad usage, 4 system error
Examples
  sipping stress sbc.example.com --rate 50..2000 --mine
  sipping stress 127.0.0.1:5080 --rate 1000..40000 --step-time 2 --svg knee.svg
)");
}

}  // namespace sipping::app
