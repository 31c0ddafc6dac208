package desk

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"helpgate/tickets"
)

// BenchmarkReceive judges mails of 2 KB that each open a ticket with an acknowledgement and one
// agent's notification, on a real file with every commit flushed.
func BenchmarkReceive(b *testing.B) {
	for _, senders := range []int{1, 50} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			o := newOffice(b, func(c *Config) {
				c.Policy.AutoPerHour, c.Policy.NotificationsPerMinute = 1e9, 1e9
			})
			text := strings.Repeat("The printer is on fire. ", 80)
			source := bytes.Repeat([]byte{'z'}, 1000)
			var mails atomic.Int64
			var group sync.WaitGroup
			b.ResetTimer()
			for range senders {
				group.Go(func() {
					for n := mails.Add(1); n <= int64(b.N); n = mails.Add(1) {
						m := o.mailOf(n, fmt.Sprintf("person%d@customer.example", n), text)
						m.Source = tickets.Blob{
							SHA256: fmt.Sprintf("%064x", n), Size: int64(len(source)), Data: source,
						}
						if _, err := o.Look(b.Context(), m); err != nil {
							b.Error(err)
						}
						if _, err := o.Receive(b.Context(), m); err != nil {
							b.Error(err)
						}
					}
				})
			}
			group.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}
