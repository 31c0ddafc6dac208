package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"helpgate/internal/rfc"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

func agentCommand(a *app) *cobra.Command {
	return group("agent", "The people who answer",
		agentAdd(a), agentList(a), agentShow(a), agentDisable(a))
}

func agentAdd(a *app) *cobra.Command {
	var ag tickets.Agent
	c := &cobra.Command{
		Use:   "add",
		Short: "Add an agent, or change the one with that first address",
		Args:  exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if len(ag.Addresses) == 0 {
				return usageError{errors.New("agent add needs --email")}
			}
			return a.with(c.Context(), func(w *world) error {
				saved, err := w.desk.SaveAgent(c.Context(), ag)
				if err != nil {
					return err
				}
				return a.printAgent(saved)
			})
		},
	}
	f := c.Flags()
	f.StringArrayVar(&ag.Addresses, "email", nil, "address; the first one gets the mail (repeatable)")
	f.StringVar(&ag.Name, "name", "", "name")
	f.StringVar(&ag.Team, "team", "", "team")
	f.BoolVar(&ag.Lead, "lead", false, "leads the team")
	f.StringVar(&ag.Locale, "locale", "", "en or zh")
	f.StringVar(&ag.Timezone, "timezone", "", "IANA zone, such as Europe/Berlin")
	return c
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
	if len(found) != 1 {
		return tickets.Agent{}, fmt.Errorf("%q names %d agents: %w; see 'helpgate agent list'",
			who, len(found), desk.ErrNobody)
	}
	return found[0], nil
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
