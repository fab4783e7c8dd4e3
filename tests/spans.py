"""Spans of time, put together where they overlap or touch."""


class Spans:
    def __init__(self):
        self.all = []

    def add(self, begin, end):
        self.all.append((begin, max(begin, end)))

    def merged(self):
        out = []
        for begin, end in sorted(self.all):
            if out and begin <= out[-1][1]:
                out[-1] = (out[-1][0], max(end, out[-1][1]))
            else:
                out.append((begin, end))
        return out

    def within(self, begin, end):
        return sum(max(0, min(b, end) - max(a, begin)) for a, b in self.merged())
