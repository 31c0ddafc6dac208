package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

func agentCommand(a *app) *cobra.Command {
	return group("agent", "The people who answer",
		agentAdd(a), agentList(a), agentShow(a), agentDisable(a), agentPassword(a))
}

func agentAdd(a *app) *cobra.Command {
	var ag tickets.Agent
	c := &cobra.Command{
		Use:   "add",
		Short: "Add an agent, or change the one with that first address",
		Long: "Add an agent. When one has that first address already, what the flags name is changed,\n" +
			"and a disabled agent is active again.",
		Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if len(ag.Addresses) == 0 {
				return usageError{errors.New("agent add needs --email")}
			}
			if _, err := time.LoadLocation(ag.Timezone); err != nil {
				return usageError{fmt.Errorf("no time zone %q; want one as Europe/Berlin", ag.Timezone)}
			}
			return a.with(c.Context(), func(w *world) error {
				if err := w.keep(c, &ag); err != nil {
					return err
				}
				saved, err := w.desk.SaveAgent(c.Context(), ag)
				if err != nil {
					return err
				}
				return a.printAgent(saved)
			})
		},
	}
	f := c.Flags()
	f.StringArrayVar(&ag.Addresses, "email", nil,
		"`address`; the first one gets the mail; more of them replace all that there were (repeatable)")
	f.StringVar(&ag.Name, "name", "", "name")
	f.StringVar(&ag.Team, "team", "", "team")
	f.BoolVar(&ag.Lead, "lead", false, "leads the team")
	f.StringVar(&ag.Locale, "locale", "", "en or zh")
	f.StringVar(&ag.Timezone, "timezone", "", "IANA `zone`, such as Europe/Berlin")
	return c
}

// keep fills in, from the agent who has that first address already, what no flag names.
func (w *world) keep(c *cobra.Command, ag *tickets.Agent) error {
	agents, err := w.desk.Agents(c.Context())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(agents, func(old tickets.Agent) bool {
		return old.Person().Address == rfc.Key(ag.Addresses[0])
	})
	if at < 0 {
		return nil
	}
	given, old := *ag, agents[at]
	*ag = old
	if len(given.Addresses) > 1 {
		ag.Addresses = given.Addresses
	}
	for flag, change := range map[string]func(){
		"name":     func() { ag.Name = given.Name },
		"team":     func() { ag.Team = given.Team },
		"lead":     func() { ag.Lead = given.Lead },
		"locale":   func() { ag.Locale = given.Locale },
		"timezone": func() { ag.Timezone = given.Timezone },
	} {
		if c.Flags().Changed(flag) {
			change()
		}
	}
	return nil
}

func agentList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List all agents", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(w *world) error {
				agents, err := w.desk.Agents(c.Context())
				if err != nil {
					return err
				}
				return a.print(mapAll(agents, agentView), func() {
					t := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
					fmt.Fprintln(t, "ID\tNAME\tADDRESSES\tTEAM\tLEAD\tACTIVE")
					for _, ag := range agents {
						fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%t\t%t\n", ag.ID, ag.Name,
							strings.Join(ag.Addresses, " "), ag.Team, ag.Lead, ag.Active)
					}
					t.Flush()
				})
			})
		},
	}
}

func agentShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show ADDRESS", Short: "Show an agent", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(c.Context(), func(w *world) error {
				ag, err := w.agent(c.Context(), args[0])
				if err != nil {
					return err
				}
				return a.printAgent(ag)
			})
		},
	}
}

func agentDisable(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "disable ADDRESS", Short: "Take an agent's rights away", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(c.Context(), func(w *world) error {
				ag, err := w.agent(c.Context(), args[0])
				if err != nil {
					return err
				}
				return w.desk.DisableAgent(c.Context(), ag.ID)
			})
		},
	}
}

func (a *app) printAgent(ag tickets.Agent) error {
	return a.print(agentView(ag), func() {
		fmt.Fprintf(a.out, "agent %d: %s <%s>\n", ag.ID, ag.Name, strings.Join(ag.Addresses, ">, <"))
		fmt.Fprintf(a.out, "team %q, lead %t, active %t\n", ag.Team, ag.Lead, ag.Active)
	})
}

// agent finds an agent by one of the addresses, or by name where only one has it.
func (w *world) agent(ctx context.Context, who string) (tickets.Agent, error) {
	agents, err := w.desk.Agents(ctx)
	if err != nil {
		return tickets.Agent{}, err
	}
	var found []tickets.Agent
	for _, ag := range agents {
		if ag.Writes(rfc.Key(who)) || strings.EqualFold(ag.Name, who) {
			found = append(found, ag)
		}
	}
	switch len(found) {
	case 0:
		return tickets.Agent{}, fmt.Errorf("no agent %q: see 'helpgate agent list'", who)
	case 1:
		return found[0], nil
	}
	return tickets.Agent{}, fmt.Errorf("%d agents are called %q: name one by an address",
		len(found), who)
}

type agentJSON struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
	Team      string   `json:"team"`
	Lead      bool     `json:"lead"`
	Locale    string   `json:"locale"`
	Timezone  string   `json:"timezone"`
	Active    bool     `json:"active"`
	AwayUntil *string  `json:"away_until"`
}

func agentView(ag tickets.Agent) agentJSON {
	return agentJSON{
		ID: fmt.Sprint(ag.ID), Name: ag.Name, Addresses: orEmpty(ag.Addresses), Team: ag.Team,
		Lead: ag.Lead, Locale: ag.Locale, Timezone: ag.Timezone, Active: ag.Active,
		AwayUntil: instant(ag.AwayUntil),
	}
}
