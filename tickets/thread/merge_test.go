package thread

import (
	"testing"

	"helpgate/tickets"
)

func TestTwoTicketsOfOneRequesterAreMerged(t *testing.T) {
	t.Parallel()
	answered := func(_, later *Standing) { later.Ticket.FirstResponseAt = noon }
	for name, c := range map[string]struct {
		change func(earlier, later *Standing)
		link   tickets.LinkKind
		want   bool
	}{
		"one requester": {nil, "", true},
		"the earlier was answered": {func(e, _ *Standing) {
			e.Ticket.FirstResponseAt = noon
		}, "", true},
		"the later was answered": {answered, "", false},
		"another mailbox": {func(_, l *Standing) {
			l.Ticket.Mailbox = sales
		}, "", false},
		"the earlier is closed": {func(e, _ *Standing) {
			e.Ticket.Status = tickets.StatusClosed
		}, "", false},
		"the earlier is solved": {func(e, _ *Standing) {
			e.Ticket.Status = tickets.StatusSolved
		}, "", true},
		"may belong":  {nil, tickets.LinkMayBelong, true},
		"related":     {nil, tickets.LinkRelated, true},
		"a follow-up": {nil, tickets.LinkFollowUp, false},
		"split":       {nil, tickets.LinkSplit, false},
		"forwarded":   {nil, tickets.LinkForwarded, false},
		"nobody asked": {func(e, l *Standing) {
			e.Asker, l.Asker = "", ""
		}, "", false},
		"each requester on the other": {func(_, l *Standing) {
			l.Asker = bob
			l.People[bob] = true
		}, "", true},
		"a requester not on the other": {func(e, l *Standing) {
			other(e, l)
			l.People[ann] = true
		}, "", false},
		"only the later knows both": {func(e, l *Standing) { other(e, l) }, "", false},
		"a newcomer's ticket": {func(e, l *Standing) {
			l.Asker, l.People["zoe@a.example"] = "zoe@a.example", true
		}, "", false},
	} {
		earlier, later := two()[1], two()[1]
		later.Ticket.Number = 2
		if c.change != nil {
			c.change(&earlier, &later)
		}
		var links []tickets.Link
		if c.link != "" {
			links = []tickets.Link{{Ticket: 2, Other: 1, Kind: c.link}}
		}
		if got := MayMerge(earlier, later, links); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for i := range links { // a link holds both ways, and to other tickets tells nothing
			links[i].Ticket, links[i].Other = 1, 2
		}
		if got := MayMerge(earlier, later, links); got != c.want {
			t.Errorf("%s, linked the other way: %v", name, got)
		}
		third := []tickets.Link{{Ticket: 2, Other: 9, Kind: c.link}}
		if c.link != "" && !MayMerge(earlier, later, third) {
			t.Errorf("%s, but of a third ticket: kept apart", name)
		}
	}
}

// other makes the later ticket one of somebody whom the earlier does not know.
func other(_, later *Standing) { later.Asker, later.People = eve, map[string]bool{eve: true} }
