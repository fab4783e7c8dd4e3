// The data block, read once, and the time range that heatmap and chart share.

function words_of(base64) {
    const bytes = atob(base64), out = new Uint16Array(bytes.length >> 1);
    for (let i = 0; i < out.length; i++)
        out[i] = bytes.charCodeAt(2 * i) | bytes.charCodeAt(2 * i + 1) << 8;
    return out;
}

const data = JSON.parse($('data').textContent);
const bin_time = i => data.bins_from + i * data.bin_s;
const bin_at = t => Math.floor((t - data.bins_from) / data.bin_s);

// Latencies in milliseconds, null where nothing answered; made when first looked at.
function latencies(target, name) {
    const key = '_' + name;
    target[key] ??= Array.from(
        words_of(target.bins[name]), code => code === 0 ? null : 2 ** ((code - 1) / 2048) / 1000);
    return target[key];
}

data.targets.forEach((target, index) => {
    target.index = index;
    target.shown = target.site ? `${target.target} @${target.site}` : target.target;
    target.gaps = target.gaps.filter(gap => !['start', 'stop', 'moved'].includes(gap.reason));
    target.sent_in = words_of(target.bins.sent);
    target.unit = target.bins.sent_unit || 1;
    target.lost_in = new Uint32Array(data.bins);
    target.run_in = new Uint32Array(data.bins);
    for (const [bin, lost, run] of target.bins.lost)
        if (bin < data.bins) [target.lost_in[bin], target.run_in[bin]] = [lost, run];
    target.exact = new Uint8Array(data.bins);  // bins whose outages are known to the second
    for (const outage of target.outages)
        for (let b = Math.max(0, bin_at(outage.from)); b <= bin_at(outage.to) && b < data.bins; b++)
            target.exact[b] = 1;
    target.down_s = target.outage_seconds;
    target.outage_count = target.outages.length + target.outages_left_out;
});

// A run of losses: a known outage, or one within the bin.
const is_loud = (target, bin) => target.exact[bin] || target.run_in[bin] >= data.outage_run;

const worst_first = [...data.targets].sort(
    (a, b) => b.down_s - a.down_s || b.outage_count - a.outage_count ||
        b.longest_run - a.longest_run || b.lost - a.lost || (a.shown < b.shown ? -1 : 1));

const whole = {
    from: data.from,
    to: Math.max(data.to, data.from + 1)
};
const view = {
    ...whole,
    target: worst_first[0],
    listeners: []
};

function set_view(from, to, target = view.target) {
    const span = Math.min(Math.max(to - from, 10), whole.to - whole.from);
    from = Math.min(Math.max((from + to - span) / 2, whole.from), whole.to - span);
    const moved = target !== view.target;
    Object.assign(view, {from, to: from + span, target});
    for (const listener of view.listeners)
        listener(moved);
}

function show_target(target, from, to) {
    set_view(from ?? view.from, to ?? view.to, target);
    $('target').scrollIntoView({block: 'start'});
}

// An outage with enough around it to see what was before.
function show_outage(target, outage) {
    const around = Math.max(3 * data.bin_s, outage.seconds);
    show_target(target, outage.from - around, outage.to + around);
}
