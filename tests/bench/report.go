package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// report gathers the lines of the table, which is Markdown so that it can go into docs, and what
// the last turn of each scenario noted.
type report struct{ lines, notes []string }

const reportHead = `msg/s: median of the turns (min-max); p50/p95/p99 in ms of the whole mail;
the same from the end of DATA to its 250; ms of CPU that the server used for a mail

| scenario | postfix | helpgate | ratio | wanted | |
|---|---|---|---|---|---|`

// add appends a line.
func (r *report) add(cells ...string) {
	r.lines = append(r.lines, "| "+strings.Join(cells, " | ")+" |")
}

// compare appends the turns of both. want is what the median of the rounds' ratios is to be, 0 for
// what is only reported; calm: helpgate's p99 is to be below the other's too.
func (r *report) compare(name string, rival, ours []result, want float64, calm bool) {
	if len(ours) > 0 {
		for _, note := range ours[len(ours)-1].notes {
			r.notes = append(r.notes, "- "+name+": "+note)
		}
	}
	var ratios []float64
	for i := range min(len(rival), len(ours)) {
		ratios = append(ratios, ours[i].rate()/rival[i].rate())
	}
	if len(ratios) == 0 {
		r.add(name, cell(rival), cell(ours), "-", "-", "-")
		return
	}
	wanted, met := fmt.Sprintf("%.1f", want), median(ratios) >= want
	if calm {
		wanted += ", p99 below"
		met = met && percentile(ours, wholeTimes, 0.99) < percentile(rival, wholeTimes, 0.99)
	}
	verdict := verdict(met)
	if want == 0 {
		wanted, verdict = "-", "-"
	}
	r.add(name, cell(rival), cell(ours), fmt.Sprintf("%.2f", median(ratios)), wanted, verdict)
}

// verdict tells whether what was wanted was met.
func verdict(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}

func (r *report) print(w io.Writer, took time.Duration) {
	fmt.Fprintf(w, "\n%s\n%s\n\n%s\n\nIn %s.\n", reportHead, strings.Join(r.lines, "\n"),
		strings.Join(r.notes, "\n"), took.Round(time.Second))
}

// cell shows the turns of one system: medians, and the range of the rates.
func cell(turns []result) string {
	if len(turns) == 0 {
		return "-"
	}
	var rates, cpu []float64
	for _, t := range turns {
		rates = append(rates, t.rate())
		cpu = append(cpu, ms(t.cpu)/float64(t.mails))
	}
	text := fmt.Sprintf("%.0f (%.0f-%.0f); %s; %s", median(rates), slices.Min(rates),
		slices.Max(rates), percentiles(turns, wholeTimes), percentiles(turns, dataTimes))
	if median(cpu) > 0 {
		text += fmt.Sprintf("; %.2f", median(cpu))
	}
	return text
}

func wholeTimes(r result) []time.Duration { return r.whole }
func dataTimes(r result) []time.Duration  { return r.data }

// percentiles gives p50/p95/p99 in milliseconds, each the median of the turns.
func percentiles(turns []result, of func(result) []time.Duration) string {
	var text []string
	for _, share := range []float64{0.5, 0.95, 0.99} {
		text = append(text, fmt.Sprintf("%.1f", percentile(turns, of, share)))
	}
	return strings.Join(text, "/")
}

func percentile(turns []result, of func(result) []time.Duration, share float64) float64 {
	var values []float64
	for _, t := range turns {
		values = append(values, ms(quantile(of(t), share)))
	}
	return median(values)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// median gives the middle value, or the mean of the two.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
