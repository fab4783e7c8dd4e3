"""A made-up bad fortnight as the JSON of a report: 300 targets over the end of summer time, some
of them silent for three minutes a day at 11:31, with hostile names and reason phrases. Seeded."""

import base64
import json
import math
import random
import struct
import sys

BEGIN = 1792360800        # Mon 2026-10-19 00:00 in Berlin, UTC+2
WINTER = 1792890000       # Sun 2026-10-25 01:00 UTC
BIN_S, BINS, DAY = 1200, 1009, 86400
DAILY = (0, 7, 8, 9, 40)  # who is silent each day
HOSTILE_REASON = "SIP/2.0 503 </script><img src=x onerror=alert(1)>"
HOSTILE_NAME = "<b onmouseover=alert(2)>sbc7</b>\u202e:5060"


def outage_times():
    """11:31:00 local time of each of the 14 days."""
    times = []
    for day in range(14):
        at = BEGIN + day * DAY + 11 * 3600 + 31 * 60
        times.append(at if at < WINTER else at + 3600)
    return times


def code(us):
    return 1 + round(2048 * math.log2(us))


def packed(values):
    return base64.b64encode(struct.pack(f"<{len(values)}H", *values)).decode()


def bins(dice, index, outages):
    base = dice.uniform(4000, 60000)
    sent, p50, peak, lost = [], [], [], {}
    for number in range(BINS):
        quiet = 500 <= number < 503  # the prober stood still
        sent.append(0 if quiet else BIN_S)
        wave = base * (1 + .25 * math.sin(number / 72 * math.tau)) * dice.uniform(.97, 1.03)
        p50.append(0 if quiet else code(wave))
        peak.append(0 if quiet else code(wave * dice.uniform(1.3, 8)))
        if not quiet and dice.random() < .02:
            lost[number] = [number, 1, 1]
    for outage in outages:
        number = int((outage["from"] - BEGIN) // BIN_S)
        lost[number] = [number, outage["lost"], outage["lost"]]
    return {"sent": packed(sent), "sent_unit": 1, "p50": packed(p50), "max": packed(peak),
            "lost": [lost[key] for key in sorted(lost)]}, base / 1000


def target(dice, index):
    outages = []
    if index in DAILY:
        for at in outage_times():
            begin = at + index / 1000
            outages.append({
                "from": begin, "to": begin + 180, "seconds": 180.0, "sort": "lost", "lost": 180,
                "refused": 0, "maintenance": 0, "unread": 0, "late": 0,
                "first_call_id": str(dice.randrange(10**9, 10**10)),
                "last_call_id": str(dice.randrange(10**9, 10**10)), "open": False})
    packed_bins, ms = bins(dice, index, outages)
    lost = sum(entry[1] for entry in packed_bins["lost"])
    sent = (BINS - 3) * BIN_S
    change = {"at": BEGIN + 3 * DAY, "from": "SIP/2.0 200 OK", "to": HOSTILE_REASON,
              "call_id": "1234567890"}
    return {
        "target": HOSTILE_NAME if index == 7 else f"sbc{index}.example.com:5060", "site": "",
        "host": f"203.0.113.{index % 250 + 1}", "first": BEGIN, "last": BEGIN + BINS * BIN_S,
        "sent": sent, "received": sent - lost, "lost": lost, "perhaps_own": 0, "late": 0,
        "duplicate": 0, "not_sent": 0, "pending": 0, "refused": 0, "maintenance": 0,
        "unread": 4 if index == 3 else 0, "lost_beside_unread": 0,
        "codes": {"200": sent - lost - 1500, "503": 1500} if index == 3 else {"200": sent - lost},
        "syntax": {"no-colon:<b>server</b>": 2} if index == 3 else {},
        "coverage": .998, "availability": .5 if index == 3 else 1.0,
        "latency_ms": {"min": ms * .7, "p50": ms, "p95": ms * 2, "p99": ms * 4, "max": ms * 9},
        "longest_run": 180 if outages else 1, "outages": outages, "outages_left_out": 0,
        "outage_seconds": 180.0 * len(outages),
        "changes": [change] if index == 3 else [], "changes_left_out": 0,
        "gaps": [{"from": BEGIN + 500 * BIN_S, "to": BEGIN + 503 * BIN_S, "reason": "stall",
                  "count": 3600}], "gaps_left_out": 0, "bins": packed_bins}


def report(seed=1, targets=300):
    dice = random.Random(seed)
    return {
        "sipping": "0.1.0", "made": BEGIN + 15 * DAY, "tz": "Europe/Berlin",
        "utc_offsets": [[BEGIN, 7200], [WINTER, 3600]], "from": BEGIN,
        "to": BEGIN + BINS * BIN_S, "outage_run": 3, "bins_from": BEGIN, "bin_s": BIN_S,
        "bins": BINS, "targets": [target(dice, index) for index in range(targets)],
        "together": [{"at": at, "spread_ms": 40, "targets": list(DAILY),
                      "look_at": "our-side"} for at in outage_times()],
        "daily": [{"targets": list(DAILY), "from": "11:30", "to": "11:45", "days": 14, "of": 14,
                   "first_day": "2026-10-19", "all_days": True}],
        "unread": [{"file": "<i>a.csv", "line": 3, "why": "no number"}], "unread_lines": 1}


if __name__ == "__main__":
    json.dump(report(), sys.stdout)
