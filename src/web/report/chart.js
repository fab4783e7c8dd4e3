// The chosen target's latency over time. uPlot keeps scales, axes and selection; bins, losses,
// outages and gaps are painted here, since they are areas of time and not points.

let plot = null;

function y_range(log) {
    return (u, low, high) => low == null ? (log ? [1, 100] : [0, 100]) :
        log                              ? [low * .8, high * 1.3] :
                                           [0, high * 1.06];
}

function y_splits(log) {
    return (u, axis, low, high) => {
        const found = [];
        if (!log) {
            const raw = (high - low) / 5, p = 10 ** Math.floor(Math.log10(raw));
            const step = [1, 2, 5, 10].find(s => s * p >= raw) * p;
            for (let y = 0; y <= high; y += step)
                found.push(y);
            return found;
        }
        const ratio = high / low;
        const steps = ratio > 1000 ? [1] : ratio > 8 ? [1, 2, 5] : [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
        for (let p = 10 ** Math.floor(Math.log10(low)); p <= high; p *= 10)
            for (const s of steps)
                if (s * p >= low && s * p <= high) found.push(s * p);
        return found;
    };
}

function paint(u) {
    const c = u.ctx, {left, top, width, height} = u.bbox, target = view.target;
    const x = t => u.valToPos(t, 'x', true), y = v => u.valToPos(v, 'y', true);
    const p50 = latencies(target, 'p50'), max = latencies(target, 'max');
    const paint_of = name => `rgb(${colour('--' + name).join(' ')})`, foot = top + height;
    const area = (a, b, name, alpha, least = 1) => {
        c.globalAlpha = alpha;
        c.fillStyle = paint_of(name);
        c.fillRect(x(a), top, Math.max(least, x(b) - x(a)), height);
    };
    c.save();
    c.beginPath();
    c.rect(left, top, width, height);
    c.clip();
    for (const gap of target.gaps)
        area(gap.from, gap.to, 'none', .8);
    for (const outage of target.outages)
        area(outage.from, outage.to, 'loud', .45, 2);
    const first = Math.max(0, bin_at(u.scales.x.min)),
          last = Math.min(data.bins - 1, bin_at(u.scales.x.max));
    c.globalAlpha = 1;
    c.fillStyle = paint_of('band');
    for (let b = first; b <= last; b++)
        if (p50[b] != null) {
            const x0 = x(bin_time(b));
            c.fillRect(x0, y(max[b]), x(bin_time(b + 1)) - x0 + .5, y(p50[b]) - y(max[b]));
        }
    c.strokeStyle = paint_of('p50');
    c.lineWidth = 2 * devicePixelRatio;
    c.beginPath();
    for (let b = first; b <= last; b++)
        if (p50[b] != null) {
            c[b > first && p50[b - 1] != null ? 'lineTo' : 'moveTo'](x(bin_time(b)), y(p50[b]));
            c.lineTo(x(bin_time(b + 1)), y(p50[b]));
        }
    c.stroke();
    for (let b = first; b <= last; b++)
        if (target.lost_in[b]) {
            const loud = is_loud(target, b), h = (loud ? 14 : 7) * devicePixelRatio;
            c.fillStyle = paint_of(loud ? 'loud' : 'few');
            c.fillRect(
                x(bin_time(b)), foot - h, Math.max(2, x(bin_time(b + 1)) - x(bin_time(b))), h);
        }
    c.fillStyle = paint_of('change');
    for (const change of target.changes)
        c.fillRect(x(change.at) - 2, top, 4, 10 * devicePixelRatio);
    c.restore();
}

function draw_chart(width) {
    const log = $('log').checked, target = view.target;
    plot?.destroy();
    const grid = {stroke: `rgb(${colour('--line').join(' ')})`, width: 1};
    const stroke = `rgb(${colour('--muted').join(' ')})`;
    const shut = {show: true, paths: () => null, points: {show: false}};
    const xs = Array.from({length: data.bins}, (_, b) => bin_time(b) + data.bin_s / 2);
    plot = new uPlot(
        {
            width: width ?? $('chart').clientWidth,
            height: 280,
            padding: [8, 0, 0, 0],
            legend: {show: false},
            cursor: {
                y: false,
                points: {show: false},
                drag: {x: true, y: false, setScale: false},
                bind: {
                    dblclick: () => () => {
                        set_view(whole.from, whole.to);
                        return null;
                    }
                }
            },
            scales: {
                x: {time: false, range: () => [view.from, view.to]},
                y: {distr: log ? 3 : 1, range: y_range(log)}
            },
            axes: [
                {
                    stroke,
                    grid,
                    size: 46,
                    splits: u => ticks(view.from, view.to, u.width, 84).map(m => m[0]),
                    values: u => ticks(view.from, view.to, u.width, 84).map(m => m[1])
                },
                {
                    stroke,
                    grid,
                    size: 76,
                    splits: y_splits(log),
                    filter: (u, s) => s,
                    values: (u, s) => s.map(v => `${+ v.toPrecision(3)} ms`)
                }
            ],
            series: [{}, shut, shut],
            hooks: {
                draw: [paint],
                setCursor: [u => {
                    const bin = u.cursor.left >= 0 ? bin_at(u.posToVal(u.cursor.left, 'x')) : -1;
                    $('readout').textContent =
                        bin >= 0 && bin < data.bins ? bin_text(view.target, bin) : '';
                }],
                setSelect: [u => {
                    const {left, width: w} = u.select;
                    if (w > 3) set_view(u.posToVal(left, 'x'), u.posToVal(left + w, 'x'));
                    if (w) u.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
                }]
            },
        },
        [xs, latencies(target, 'p50'), latencies(target, 'max')], $('chart'));
}

function draw_target() {
    const t = view.target, l = t.latency_ms ?? {};
    $('pick').value = t.index;
    $('host').textContent = safe([
        t.host, t.site && `site ${t.site}`, `${time_text(t.first)} to ${time_text(t.last)}`
    ].filter(Boolean).join(' · '));
    const figures = [
        ['sent', count(t.sent)],
        ['lost', `${count(t.lost)} (${percent(t.lost, t.lost + t.received)})`],
        ['perhaps our own', count(t.perhaps_own)], ['late', count(t.late)],
        ['duplicate', count(t.duplicate)], ['not sent', count(t.not_sent)],
        ['pending', count(t.pending)], ['longest run', count(t.longest_run)],
        ['outages', count(t.outage_count)], ['down', duration(t.down_s)], ['min', ms(l.min)],
        ['p50', ms(l.p50)], ['p95', ms(l.p95)], ['p99', ms(l.p99)], ['max', ms(l.max)],
        ['availability', t.availability == null ? '–' : percent(t.availability, 1)],
        ['coverage', percent(t.coverage, 1)], ['codes', times_text(t.codes)],
        ...t.refused ? [['refused', count(t.refused)]] : [],
        ...t.maintenance ? [['maintenance', count(t.maintenance)]] : [],
        ...t.unread ? [['unread', count(t.unread)]] : [],
        ...Object.keys(t.syntax).length ? [['not correct SIP', times_text(t.syntax)]] : []
    ];
    $('figures').replaceChildren(...figures.map(([name, value]) => {
        const box = make('div');
        box.append(make('dt', name), make('dd', value));
        return box;
    }));
    const events = [
        ...t.changes.map(c => [c.at, `“${c.from}” became “${c.to}” (Call-ID ${c.call_id})`]),
        ...t.gaps.map(
            g => [g.from, `not probing until ${time_text(g.to)}: ${g.reason}, ${count(g.count)}`])
    ].sort((a, b) => a[0] - b[0]);
    const left = t.changes_left_out + t.gaps_left_out;
    $('events').hidden = !events.length;
    $('events').firstElementChild.textContent =
        `Other answers (${t.changes.length + t.changes_left_out}) and ` +
        `times without probing (${t.gaps.length + t.gaps_left_out})`;
    $('events').lastElementChild.replaceChildren(
        ...events.map(([at, text]) => make('li', `${time_text(at)}: ${text}`)),
        ...left ? [make('li', `${left} more are not in this page`)] : []);
}
