package ops

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"helpgate/internal/clock"
	"helpgate/internal/health"
)

// polled shows how polled mailboxes fare, as they are when somebody asks.
type polled struct {
	board *health.Board
	clock clock.Clock
}

var (
	lastSuccess = folderGauge("last_success_timestamp_seconds",
		"When a polled folder was last read well.")
	lag = folderGauge("lag_seconds",
		"How long ago a polled folder was last read well; a healthy one is read every minute.")
	backlog  = folderGauge("backlog", "Mails of a polled folder that wait to be read.")
	setAside = folderGauge("set_aside", "Mails of a polled folder that could not be taken.")
	failing  = folderGauge("failing", "1 while a polled folder cannot be read.")
)

func folderGauge(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+"_imap_"+name, help, []string{"mailbox", "folder"}, nil)
}

// Describe implements prometheus.Collector.
func (p polled) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{lastSuccess, lag, backlog, setAside, failing} {
		to <- d
	}
}

// Collect implements prometheus.Collector. A folder that was never read has no time and no lag.
func (p polled) Collect(to chan<- prometheus.Metric) {
	now := p.clock.Now()
	for _, f := range p.board.Folders() {
		gauge := func(d *prometheus.Desc, value float64) {
			to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, f.Mailbox, f.Folder)
		}
		if !f.LastSuccess.IsZero() {
			gauge(lastSuccess, float64(f.LastSuccess.Unix()))
			gauge(lag, f.Lag(now).Seconds())
		}
		gauge(backlog, float64(f.Backlog))
		gauge(setAside, float64(f.SetAside))
		fails := 0.0
		if f.Error != "" {
			fails = 1
		}
		gauge(failing, fails)
	}
}

// mailbox is how one polled folder fares, in the answer of /readyz.
type mailbox struct {
	Mailbox     string     `json:"mailbox"`
	Folder      string     `json:"folder"`
	LastSuccess *time.Time `json:"last_success"`
	LagSeconds  int64      `json:"lag_seconds"`
	Backlog     int        `json:"backlog"`
	SetAside    int        `json:"set_aside"`
	Error       string     `json:"error"`
	Mend        string     `json:"mend"`
}

func (p polled) view() []mailbox {
	now, list := p.clock.Now(), []mailbox{}
	for _, f := range p.board.Folders() {
		m := mailbox{
			Mailbox: f.Mailbox, Folder: f.Folder, LagSeconds: int64(f.Lag(now).Seconds()),
			Backlog: f.Backlog, SetAside: f.SetAside, Error: f.Error, Mend: f.Mend,
		}
		if !f.LastSuccess.IsZero() {
			m.LastSuccess = &f.LastSuccess
		}
		list = append(list, m)
	}
	return list
}
