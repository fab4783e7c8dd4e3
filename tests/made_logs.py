"""Logs of ours as text, for the tests of what reads them."""

import time

HEADER = "time,timestamp,host,latency,callid,response,target,source_port,kind,detail\n"
START = 1_431_703_000  # 2015-05-15 15:16:40 UTC


def row(sent, target="sbc", kind="reply", latency=5.0, callid=None, detail="", site="",
        status="SIP/2.0 200 OK"):
    answered = kind in ("reply", "late", "duplicate", "provisional")
    callid = callid or f"{1_000_000_000 + round((sent - START) * 1000)}"
    clock = time.strftime("%d/%m/%y %H:%M:%S", time.gmtime(sent)) + f":{round(sent % 1 * 1e6):06}"
    return (f"{clock},{sent:.6f},192.0.2.1,{f'{latency:.3f}' if answered else 'drop'},"
            f"{callid}{'@' + site if site else ''},{status if answered else 'drop'},{target},"
            f"40000,{kind},{detail}\n")


def gap(sent, reason, until=None, count=0, target="*"):
    return (f"x,{sent:.6f},,,,,{target},,gap,from={sent:.6f};until={until or sent:.6f};"
            f"reason={reason};count={count}\n")


def log_of(fates, interval=1.0, timeout=1.0, begin=START, **more):
    """Rows in order of completion; fates: '.' answered, 'x' lost, 'o' lost, perhaps our own."""
    rows = []
    for number, fate in enumerate(fates):
        sent = begin + number * interval
        if fate == ".":
            rows.append((sent + 0.005, row(sent, **more)))
        else:
            rows.append((sent + timeout, row(sent, kind="timeout", **more,
                                             detail="self=stall" if fate == "o" else "")))
    return "".join(text for _, text in sorted(rows, key=lambda one: one[0]))
