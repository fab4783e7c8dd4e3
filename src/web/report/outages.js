// The table of all outages: sorted, filtered, a click shows the outage in the chart.

const PAGE = 200;
let sorted_by = 1, ascending = true, table_limit = PAGE;

const columns = [
    // title, value to sort by, text
    ['Target', r => r.target.shown, r => r.target.shown],
    ['From', r => r.from, r => time_text(r.from)],
    ['To', r => r.to, r => r.open ? 'not seen' : time_text(r.to)],
    ['Duration', r => r.seconds, r => duration(r.seconds)],
    ['Lost', r => r.lost, r => count(r.lost)],
    ['Late', r => r.late, r => count(r.late)],
    ['First Call-ID', r => r.first_call_id, r => r.first_call_id],
    ['Last Call-ID', r => r.last_call_id, r => r.last_call_id],
];
// Outages of the sorts "refused" and "maintenance" are there when codes were named that say so.
if (data.targets.some(t => t.refused || t.maintenance))
    columns.splice(
        5, 0, ['Refused', r => r.refused, r => count(r.refused)],
        ['Maintenance', r => r.maintenance, r => count(r.maintenance)],
        ['Sort', r => r.sort, r => r.sort]);
const outages =
    data.targets.flatMap(target => target.outages.map(o => ({...o, target, outage: o})));
for (const r of outages)
    r.text = columns.map(c => c[2](r)).join(' ').toLowerCase();

function draw_table() {
    const wanted = $('filter').value.trim().toLowerCase(), value = columns[sorted_by][1];
    const found = outages.filter(r => r.text.includes(wanted))
                      .sort(
                          (a, b) => (value(a) < value(b)     ? -1 :
                                         value(a) > value(b) ? 1 :
                                                               a.from - b.from) *
                              (ascending ? 1 : -1));
    const left = sum('outages_left_out');
    $('count').textContent = `${count(found.length)} of ${count(outages.length)} outages` +
        (left ? `; ${count(left)} more are not in this page` : '');
    $('outages').querySelector('tbody').replaceChildren(...found.slice(0, table_limit).map(r => {
        const row = make('tr', undefined, () => show_outage(r.target, r.outage));
        for (const [title, , text] of columns) {
            const cell = make('td', text(r));
            cell.dataset.label = title;
            row.append(cell);
        }
        return row;
    }));
    $('more').textContent = found.length > table_limit ? `Show all ${count(found.length)}` : '';
    [...$('outages').querySelector('thead tr').children].forEach(
        (th, i) => th.setAttribute(
            'aria-sort',
            i !== sorted_by ? 'none' :
                ascending   ? 'ascending' :
                              'descending'));
}

function wire_table() {
    $('outages').querySelector('thead tr').replaceChildren(...columns.map(([title], i) => {
        const head = make('th');
        head.append(make('button', title, () => {
            ascending = i === sorted_by ? !ascending : true;
            sorted_by = i;
            draw_table();
        }));
        return head;
    }));
    $('filter').addEventListener('input', draw_table);
    $('more').addEventListener('click', () => {
        table_limit = Infinity;
        draw_table();
    });
}
