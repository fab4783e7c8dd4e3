"""How fast `sipping report` reads logs, beside awk and DuckDB with the same questions about the
same file, in alternating runs; and how long it looks for one moment of a long log."""
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import time

import harness

HELP = "how fast logs are read back: sipping report beside awk and DuckDB, and one moment of a log"
FOLDER = harness.ROOT / "build" / "look-back"
DUCKDB = "1.5.6-r.1"
HEADER = "time,timestamp,host,latency,callid,response,target,source_port,kind,detail\n"

# Rows, losses, longest run of losses in the order of the file, and runs of three or more: less than
# the report tells, and no row is put in order of sending.
AWK = r"""
BEGIN { FS = "," }
NR > 1 {
    sent[$7]++
    if ($9 == "timeout" || $9 == "icmp") {
        lost[$7]++
        if (++run[$7] > longest[$7]) longest[$7] = run[$7]
    } else {
        if (run[$7] >= 3) outages[$7]++
        run[$7] = 0
        sum[$7] += $4
    }
}
END {
    for (t in sent)
        print t, sent[t], lost[t], longest[t], outages[t], sum[t] / (sent[t] - lost[t])
}
"""

# Counts, quantiles and the outages, as islands among the losses alone (of all rows it would take
# minutes).
SQL = """
PRAGMA threads=1;
CREATE TEMP TABLE p AS SELECT timestamp, target, kind, TRY_CAST(latency AS DOUBLE) ms, callid
  FROM read_csv('{log}', header=true, ignore_errors=true, quote='"', columns={{
    'time':'VARCHAR','timestamp':'DOUBLE','host':'VARCHAR','latency':'VARCHAR','callid':'VARCHAR',
    'response':'VARCHAR','target':'VARCHAR','source_port':'VARCHAR','kind':'VARCHAR',
    'detail':'VARCHAR'}});
SELECT target, count(*), count(*) FILTER (kind = 'timeout'), min(ms), max(ms),
  approx_quantile(ms, 0.5), approx_quantile(ms, 0.95), approx_quantile(ms, 0.99)
  FROM p GROUP BY target ORDER BY target;
SELECT target, min(timestamp), max(timestamp), count(*), arg_min(callid, timestamp) FROM (
  SELECT *, sum(fresh) OVER (PARTITION BY target ORDER BY timestamp) island FROM (
    SELECT *, CASE WHEN timestamp - lag(timestamp) OVER (PARTITION BY target ORDER BY timestamp)
      < 1.5 THEN 0 ELSE 1 END fresh FROM p WHERE kind = 'timeout'))
  GROUP BY target, island HAVING count(*) >= 3 ORDER BY 2;
"""
NODE = """
const {{ DuckDBInstance }} = require('@duckdb/node-api');
(async () => {{
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const sql of require('fs').readFileSync('look_back.sql', 'utf8').split(';'))
    if (sql.trim()) console.log((await connection.runAndReadAll(sql)).getRows().length);
}})();
"""


def add_arguments(parser):
    parser.add_argument("--megabytes", type=int, default=700, help="size of the log")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gigabytes", type=float, default=4,
                        help="size of the log in which a moment is looked up")
    parser.add_argument("--no-duckdb", action="store_true", help="do not fetch it from npm")


def write_log(path, size, seed=1):
    """Three hundred targets, each asked once a second; one in a thousand probes is lost, and a few
    targets lose three minutes a day. Rows are in order of completion."""
    dice = random.Random(seed)
    begin = 1_793_660_400
    numbers = [f"{dice.randrange(10**9, 10**10)}" for _ in range(5000)]
    with open(path, "w", encoding="ascii", buffering=1 << 20) as file:
        file.write(HEADER)
        waiting = []
        second = written = 0
        while written < size:
            clock = time.strftime("%d/%m/%y %H:%M:%S", time.gmtime(begin + second))
            rows = []
            for target in range(300):
                micros = target * 3300 + dice.randrange(50)
                call_id = numbers[dice.randrange(5000)]
                unix = f"{begin + second}.{micros:06}"
                head = f"{clock}:{micros:06},{unix},203.0.113.{target % 256},"
                tail = f"gw{target:03}.example.net:5060,{32768 + dice.randrange(28000)},"
                if dice.random() < 0.001 or (target < 6 and 41_460 <= second % 86_400 < 41_640):
                    waiting.append((second + 1, f"{head}drop,{call_id},drop,{tail}timeout,\n"))
                else:
                    rows.append(f"{head}{12 + dice.random():.3f},{call_id},SIP/2.0 200 OK,"
                                f"{tail}reply,\n")
            rows = [row for at, row in waiting if at <= second] + rows
            waiting = [one for one in waiting if one[0] > second]
            file.writelines(rows)
            written += sum(map(len, rows))
            second += 1


def duckdb():
    """The folder with the node module; fetched once."""
    folder = FOLDER / "duckdb"
    if not (folder / "node_modules/@duckdb/node-api").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps({"private": True}))
        harness.run_quietly(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund",
                             f"@duckdb/node-api@{DUCKDB}"])
    return folder


def programs(log, arguments):
    awk = FOLDER / "look_back.awk"
    awk.write_text(AWK)
    found = {"sipping": ([harness.SIPPING, "report", log, "--json", "-q"], None),
             "awk": (["mawk", "-f", awk, log], None)}
    if not arguments.no_duckdb:
        folder = duckdb()
        (folder / "look_back.sql").write_text(SQL.format(log=log))
        (folder / "look_back.js").write_text(NODE.format())
        found["duckdb"] = (["node", "look_back.js"], folder)
    return found


def compare(arguments):
    log = FOLDER / "log.csv"
    print(f"writing a log of {arguments.megabytes} MB", flush=True)
    write_log(log, arguments.megabytes * 1_000_000)
    size = log.stat().st_size
    log.read_bytes()  # warm
    seconds = {}
    memory = {}
    found = programs(log, arguments)
    for number in range(arguments.rounds):
        for name in harness.alternating(found, number):
            command, folder = found[name]
            run = harness.measured(command, 600, folder=folder)
            seconds.setdefault(name, []).append(run.seconds)
            memory[name] = max(memory.get(name, 0), run.rss_kib // 1024)
    rows = int(subprocess.run(["wc", "-l", log], capture_output=True, text=True,
                              check=True).stdout.split()[0]) - 1
    print(f"{size / 1e6:.0f} MB, {rows:,} rows, on one core; median of {arguments.rounds} "
          "alternating rounds (min to max)")
    for name, times in seconds.items():
        rates = sorted(size / 1e6 / one for one in times)
        ratios = sorted(a / b for a, b in zip(times, seconds["sipping"]))
        print(f"{name:8} {statistics.median(times):7.2f} s  {statistics.median(rates):6.0f} MB/s "
              f"({rates[0]:.0f} to {rates[-1]:.0f})  {memory[name]:5} MiB  "
              f"{statistics.median(ratios):.1f} times as long ({ratios[0]:.1f} to "
              f"{ratios[-1]:.1f})")
    return log


def look_up(log, arguments):
    """The same rows over and over, with the time going on: a long log."""
    long_log = FOLDER / "long.csv"
    print(f"\nwriting a log of {arguments.gigabytes:g} GB", flush=True)
    step = written = 0
    with open(long_log, "w", encoding="ascii", buffering=1 << 20) as file:
        file.write(HEADER)
        while written < arguments.gigabytes * 1e9:
            with open(log, encoding="ascii") as rows:
                next(rows)
                for row in rows:
                    clock, unix, rest = row.split(",", 2)
                    file.write(f"{clock},{int(unix[:10]) + step}{unix[10:]},{rest}")
                    written += len(row)
                    if written >= arguments.gigabytes * 1e9:
                        break
            step += int(unix[:10]) - 1_793_660_400 + 2
    moment = 1_793_660_400 + step // 2
    times = []
    for _ in range(arguments.rounds):
        run = harness.measured([harness.SIPPING, "report", long_log, "-q", "--at", moment,
                                "--around", "60"], 60)
        times.append(run.seconds)
    rows = run.text.count("\n")
    print(f"one moment, a minute before and after it ({rows:,} rows): "
          f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})")
    long_log.unlink()


def main(arguments):
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = compare(arguments)
    look_up(log, arguments)
    pathlib.Path(log).unlink()
    shutil.rmtree(FOLDER / "duckdb", ignore_errors=True)
