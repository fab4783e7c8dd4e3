// Text for people: elements, numbers, durations, and times in the zone of the data, never in the
// viewer's. What came from the wire becomes text nodes only, with invisible characters escaped.

const $ = id => document.getElementById(id);

function safe(text) {
    return String(text).replace(
        /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
        c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

function make(name, text, click) {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = safe(text);
    if (click) element.addEventListener('click', click);
    return element;
}

const count = n => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
const many = (n, one, more) => `${count(n)} ${n === 1 ? one : more ?? one + 's'}`;
const digits3 = x => x.toFixed(x >= 100 ? 0 : x >= 10 ? 1 : x >= 1 ? 2 : 3);
const ms = x => x == null ? '–' : `${digits3(x)} ms`;

function percent(part, all) {
    if (!all) return '–';
    const p = 100 * part / all;
    return p === 0 ? '0 %' : p < 0.01 ? '<0.01 %' : `${p < 10 ? p.toFixed(2) : p.toFixed(1)} %`;
}

// {200: 95, 503: 5} as "200 x 95, 503 x 5", the most frequent first.
const times_text = counts => Object.entries(counts)
                                 .sort((a, b) => b[1] - a[1])
                                 .map(([what, n]) => `${what} x ${count(n)}`)
                                 .join(', ') ||
    '–';

function duration(s) {
    if (s < 60) return `${s < 10 ? s.toFixed(1) : s.toFixed(0)} s`;
    const r = Math.round(s), d = Math.floor(r / 86400), h = Math.floor(r / 3600) % 24;
    const m = Math.floor(r / 60) % 60;
    if (d) return `${d} d ${h} h`;
    return h ? `${h} h ${m} min` : `${m} min ${r % 60} s`;
}

function offset_at(t) {
    let offset = data.utc_offsets.length ? data.utc_offsets[0][1] : 0;
    for (const [from, seconds] of data.utc_offsets)
        if (from <= t) offset = seconds;
    return offset;
}

function zone_name(offset) {
    const a = Math.abs(offset), two = n => String(Math.floor(n)).padStart(2, '0');
    return `UTC${offset < 0 ? '−' : '+'}${two(a / 3600)}:${two(a / 60 % 60)}`;
}

const wall = t => new Date((t + offset_at(t)) * 1000);
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const day_text = t => {
    const w = wall(t);
    return `${DAYS[w.getUTCDay()]} ${w.getUTCDate()} ${MONTHS[w.getUTCMonth()]}`;
};
const clock = (t, seconds = true) => wall(t).toISOString().slice(11, seconds ? 19 : 16);
// Where clocks are put back an hour comes twice: then the zone stands behind it.
const comes_twice = t => [-1, 1].some(side => {
    const mine = offset_at(t), other = offset_at(t + side * 21600);
    return other !== mine && offset_at(t + mine - other) === other;
});
const time_text = t => `${DAYS[wall(t).getUTCDay()]} ${wall(t).toISOString().slice(0, 10)} ` +
    clock(t) + (comes_twice(t) ? ` ${zone_name(offset_at(t))}` : '');

// Ticks at round local times: [[t, label]], about one in `space` pixels.
function ticks(from, to, width, space) {
    const steps = [
        1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 172800, 604800, 1209600,
        2592000
    ];
    const step = steps.find(s => (to - from) / s <= width / space) ?? 31536000;
    const found = [];
    let first = true;
    for (let w = Math.ceil((from + offset_at(from)) / step) * step; found.length < 100; w += step) {
        const t = w - offset_at(w - offset_at(w));
        if (t > to) break;
        const midnight = w % 86400 === 0;
        const time = clock(t, step < 60);
        found.push([
            t,
            step >= 86400         ? day_text(t) :
                first || midnight ? `${time}\n${day_text(t)}` :
                                    time
        ]);
        first = false;
    }
    return found;
}
