// Puts the parts together: draws all, listens to buttons, keys, the window's size and printing.

function draw_range(moved) {
    $('range').textContent =
        `${time_text(view.from)} – ${time_text(view.to)} (${duration(view.to - view.from)})`;
    Object.assign($('zoom').dataset, {from: view.from, to: view.to});
    draw_heat();
    if (moved) draw_target();
    if (moved || !plot)
        draw_chart();
    else
        plot.setScale('x', {min: view.from, max: view.to});
}

const moves = {
    in : (m, h) => [m - h / 2, m + h / 2],
    out: (m, h) => [m - h * 2, m + h * 2],
    earlier: (m, h) => [m - h * 2, m],
    later: (m, h) => [m, m + h * 2],
    all: () => [whole.from, whole.to],
};

function start() {
    draw_header();
    draw_cards();
    draw_findings();
    if (!view.target) return;
    $('pick').replaceChildren(...worst_first.map(target => {
        const option = make('option', target.shown);
        option.value = target.index;
        return option;
    }));
    $('pick').addEventListener('change', () => show_target(data.targets[$('pick').value]));
    $('log').addEventListener('change', () => draw_chart());
    for (const button of document.querySelectorAll('#zoom button'))
        button.addEventListener(
            'click',
            () => set_view(
                ...moves[button.dataset.do]((view.from + view.to) / 2, (view.to - view.from) / 2)));
    wire_heat();
    wire_table();
    view.listeners.push(draw_range);
    draw_rows();
    draw_table();
    draw_range(true);
    const redraw = () => {
        draw_heat();
        draw_chart();
    };
    addEventListener('resize', redraw);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
    addEventListener('beforeprint', () => {
        document.documentElement.classList.add('printing');
        table_limit = Infinity;
        draw_table();
        draw_heat();
        draw_chart(680);
    });
    addEventListener('afterprint', () => {
        document.documentElement.classList.remove('printing');
        table_limit = PAGE;
        draw_table();
        redraw();
    });
}

start();
document.documentElement.dataset.drawn = performance.now();
