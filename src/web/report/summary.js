// Header, cards and findings in words.

function card(title, value, note, click) {
    const box = make('div');
    box.className = 'card';
    const strong = make('b');
    strong.append(click ? make('a', value, click) : make('bdi', value));
    box.append(make('span', title), strong, make('span', note));
    box.firstChild.className = box.lastChild.className = 'muted';
    $('cards').append(box);
}

const sum = name => data.targets.reduce((total, target) => total + (target[name] || 0), 0);

function finding(text, links = []) {
    const item = make('li', text + ' ');
    for (const [name, click] of links)
        item.append(make('a', name, click), ' ');
    $('findings').lastElementChild.append(item);
}

function names_of(indexes) {
    const names = indexes.slice(0, 6).map(i => data.targets[i]?.shown ?? '?');
    return names.join(', ') + (indexes.length > 6 ? ` and ${indexes.length - 6} more` : '');
}

function draw_header() {
    const offsets = new Set([offset_at(data.from), offset_at(data.to)]);
    $('period').textContent =
        `${time_text(data.from)} to ${time_text(data.to)} · ` + many(data.targets.length, 'target');
    const zones = [...offsets].map(zone_name).join(', then ');
    $('about').textContent = safe(
        `All times: ${data.tz} (${zones}). ` +
        `Made ${time_text(data.made)} by sipping ${data.sipping}. ` +
        `An outage is at least ${data.outage_run} probes lost in a row.`);
}

function draw_cards() {
    const bad = data.targets.filter(t => t.outage_count), worst = worst_first[0];
    const sent = sum('sent'), lost = sum('lost');
    card('Targets', count(data.targets.length), `${count(bad.length)} with outages`);
    card('Probes', count(sent), `${count(sum('received'))} answered`);
    card('Loss', percent(lost, lost + sum('received')), `${count(lost)} lost`);
    card('Outages', count(sum('outage_count')), `${duration(sum('down_s'))} in all`);
    if (worst)
        card(
            'Worst target', worst.shown,
            `${percent(worst.lost, worst.lost + worst.received)} lost, ` +
                `${many(worst.outage_count, 'outage')}, ${duration(worst.down_s)}`,
            () => show_target(worst, whole.from, whole.to));
}

function place_words(together) {
    switch (together.look_at) {
        case 'our-side': return 'look at what they share, our own side first.';
        case 'host': return `look at their host, ${data.targets[together.targets[0]].host}.`;
        case 'target': return 'look at its side.';
        case 'start': return 'from their first probe on, so nobody saw when it began.';
        default: return 'look at what they share.';
    }
}

function draw_findings() {
    for (const d of data.daily)
        finding(
            `Daily: on ${d.days} of ${d.of} days` + (d.all_days ? '' : ` from ${d.first_day} on`) +
            ` ${many(d.targets.length, 'target')} failed between ${d.from} and ${d.to}: ${
                names_of(d.targets)}.`);
    for (const t of data.together.slice(0, 4))
        finding(
            (t.look_at === 'target' ?
                 `${t.targets.length} probers lost ${data.targets[t.targets[0]].target}` :
                 `${t.targets.length} of ${data.targets.length} targets began to fail`) +
                ` within ${Math.ceil(t.spread_ms)} ms on ${time_text(t.at)}: ` +
                place_words(t),
            [[
                'show',
                () => show_target(
                    data.targets[t.targets[0]] ?? view.target, t.at - 3 * data.bin_s,
                    t.at + 3 * data.bin_s)
            ]]);
    if (data.together.length > 4)
        finding(`And ${data.together.length - 4} more moments at which several targets failed.`);
    const changed = data.targets.filter(t => t.changes.length);
    for (const t of changed.slice(0, 8)) {
        const c = t.changes[0], all = t.changes.length + t.changes_left_out;
        finding(
            `${t.shown} changed its answer ${many(all, 'time')}; first on ${time_text(c.at)} ` +
                `from “${c.from}” to “${c.to}”.`,
            [['show', () => show_target(t)]]);
    }
    if (changed.length > 8) finding(`${changed.length - 8} more targets changed their answers.`);
    const own = sum('perhaps_own'), not_sent = sum('not_sent');
    if (own)
        finding(`${many(own, 'loss', 'losses')} may be the prober's own and count for no outage.`);
    if (not_sent) finding(`${many(not_sent, 'probe')} could not be sent.`);
    const gaps =
        [...new Map(
             data.targets.flatMap(t => t.gaps).map(g => [`${Math.floor(g.from)} ${g.reason}`, g]))
             .values()];  // one pause stops all targets
    if (gaps.length) {
        const kinds = [...new Set(gaps.map(g => g.reason))].slice(0, 6).join(', ');
        finding(
            `The prober itself did not probe in ${many(gaps.length, 'gap')} (${kinds}); ` +
            'nothing is known about these times.');
    }
    if (!$('findings').lastElementChild.children.length) finding('Nothing stands out.');
    if (data.unread_lines)
        $('unread').textContent = safe(
            `${many(data.unread_lines, 'line')} of the logs could not be read: ` +
            data.unread.slice(0, 20).map(u => `${u.file}:${u.line}: ${u.why}`).join('; '));
}
