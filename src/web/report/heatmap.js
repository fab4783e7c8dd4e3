// Targets by time on a canvas with one pixel a row, which the style sheet stretches. Single losses
// are muted, runs are loud; within bins whose outages are known they are drawn to the second.

const ROW = 16, SHOWN = 40;
let unfolded = false, rows = [];

function colour(name) {
    const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    return [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
}
const mix = (a, b, x) => a.map((v, i) => Math.round(v + (b[i] - v) * Math.min(1, x)));

// Colours by bin: none, ok, muted by the share lost, loud by the share lost.
function bin_colour(palette, target, bin, fine) {
    const sent = target.sent_in[bin] * target.unit;
    const exact = fine && target.exact[bin];  // then the run is drawn by itself
    const loud = !exact && is_loud(target, bin);
    if (!sent) return loud ? [3, palette.loud] : [0, palette.none];
    const lost = target.lost_in[bin] - (exact ? target.run_in[bin] : 0), share = lost / sent;
    if (lost <= 0 && !loud) return [1, palette.ok];
    if (loud) return [3 + share, mix(palette.loud, palette.worst, Math.sqrt(share))];
    return [2 + Math.min(share, .9), mix(palette.ok, palette.few, .4 + share * 15)];
}

function paint_row(pixels, y, width, target, palette) {
    const span = (view.to - view.from) / width, fine = span < data.bin_s;
    const put = (x, c) => pixels.set([c[0], c[1], c[2], 255], 4 * (y * width + x));
    for (let x = 0; x < width; x++) {
        const a = Math.max(0, bin_at(view.from + x * span));
        const b = Math.min(data.bins - 1, fine ? a : bin_at(view.from + (x + 1) * span - 1e-6));
        let best = [0, palette.none];
        for (let bin = a; bin <= b; bin++) {
            const next = bin_colour(palette, target, bin, fine);
            if (next[0] > best[0]) best = next;
        }
        put(x, best[1]);
    }
    if (!fine) return;
    for (const outage of target.outages) {
        if (outage.to < view.from || outage.from > view.to) continue;
        const x0 = Math.max(0, Math.floor((outage.from - view.from) / span));
        const x1 = Math.min(width - 1, Math.max(x0 + 1, Math.ceil((outage.to - view.from) / span)));
        for (let x = x0; x <= x1; x++)
            put(x, palette.worst);
    }
}

function draw_heat() {
    const canvas = $('cells').firstElementChild;
    const width = Math.max(50, Math.round($('cells').clientWidth)) * (devicePixelRatio > 1 ? 2 : 1);
    canvas.width = width;
    canvas.height = Math.max(1, rows.length);
    canvas.style.height = rows.length * ROW + 'px';
    const context = canvas.getContext('2d'), image = context.createImageData(width, canvas.height);
    const palette = {};
    for (const name of ['none', 'ok', 'few', 'loud', 'worst'])
        palette[name] = colour('--' + name);
    rows.forEach((target, y) => paint_row(image.data, y, width, target, palette));
    context.putImageData(image, 0, 0);
    const at = t => 100 * (t - view.from) / (view.to - view.from) + '%';
    const marks = ticks(view.from, view.to, $('cells').clientWidth, 76);
    $('lines').replaceChildren(...marks.map(([t]) => {
        const line = make('i');
        line.style.left = at(t);
        return line;
    }));
    $('times').replaceChildren(...marks.map(([t, text]) => {
        const label = make('span');
        label.textContent = text;
        label.style.left = at(t);
        return label;
    }));
    [...$('names').children].forEach((b, i) => b.classList.toggle('on', rows[i] === view.target));
}

function draw_rows() {
    const loud = worst_first.filter(t => t.outage_count).length;
    const shown = worst_first.length <= SHOWN || unfolded ? worst_first.length :
                                                            Math.min(SHOWN, Math.max(loud, 10));
    rows = worst_first.slice(0, shown);
    $('names').replaceChildren(...rows.map(target => {
        const button = make('button', target.shown, () => show_target(target));
        button.title = safe(target.shown);
        return button;
    }));
    const rest = worst_first.length - shown, bad = Math.max(0, loud - shown);
    $('fold').textContent = unfolded ? 'Fold the quiet targets' :
        !rest                        ? '' :
                `Show ${rest} more targets (${bad ? bad + ' with outages' : 'none had an outage'})`;
    draw_heat();
}

function cell_at(event) {
    const box = $('cells').getBoundingClientRect(), span = view.to - view.from;
    const t = view.from + span * (event.clientX - box.left) / box.width;
    return {t, target: rows[Math.floor((event.clientY - box.top) / ROW)], box};
}

function tip(event, text) {
    const box = $('tip');
    box.hidden = !text;
    box.textContent = text ?? '';
    box.style.left =
        Math.max(4, Math.min(event.clientX + 14, innerWidth - box.offsetWidth - 8)) + 'px';
    box.style.top =
        Math.max(4, Math.min(event.clientY + 14, innerHeight - box.offsetHeight - 8)) + 'px';
}

function bin_text(target, bin) {
    const sent = target.sent_in[bin] * target.unit, from = bin_time(bin);
    const when = `${day_text(from)} ${clock(from, data.bin_s < 60)}–${
        clock(from + data.bin_s, data.bin_s < 60)}`;
    if (!sent) return `${when} · no probe`;
    return `${when} · sent ${count(sent)}, lost ${count(target.lost_in[bin])} · median ` +
        `${ms(latencies(target, 'p50')[bin])}, slowest ${ms(latencies(target, 'max')[bin])}`;
}

function wire_heat() {
    let begin = null;
    const cells = $('cells'), cross = $('cross');
    cells.addEventListener('pointerdown', event => {
        begin = event;
    });
    cells.addEventListener('pointermove', event => {
        const {t, target, box} = cell_at(event), bin = bin_at(t);
        const x0 = begin ? begin.clientX : event.clientX;
        cross.style.left = Math.min(x0, event.clientX) - box.left + 'px';
        cross.style.width = Math.max(1, Math.abs(event.clientX - x0)) + 'px';
        if (target && bin >= 0 && bin < data.bins)
            tip(event, `${safe(target.shown)}\n${bin_text(target, bin)}`);
    });
    cells.addEventListener('pointerleave', () => {
        begin = null;
        $('tip').hidden = true;
    });
    cells.addEventListener('pointercancel', () => {
        begin = null;
    });
    cells.addEventListener('pointerup', event => {
        const a = begin && cell_at(begin), b = cell_at(event);
        begin = null;
        if (!a || !b.target) return;
        if (event.pointerType === 'mouse' &&
            Math.abs(a.t - b.t) > 8 * (view.to - view.from) / b.box.width)
            return set_view(Math.min(a.t, b.t), Math.max(a.t, b.t));
        const around = Math.min((view.to - view.from) / 2, 24 * data.bin_s);
        show_target(b.target, b.t - around, b.t + around);
    });
    cells.addEventListener('dblclick', () => set_view(whole.from, whole.to));
    $('fold').addEventListener('click', () => {
        unfolded = !unfolded;
        draw_rows();
    });
}
