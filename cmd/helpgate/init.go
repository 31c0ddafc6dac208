package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"helpgate/internal/config"
)

func initCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a commented helpgate.toml, make the database and the secret file",
		Args:  between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			path := filepath.Join(dir, defaultConfig)
			if err := writeSample(dir, path); err != nil {
				return err
			}
			a.configPath = path
			return a.with(c.Context(), func(w *world) error {
				view := map[string]string{
					"config": path, "data_dir": w.config.DataDir, "secret": w.config.Site.SecretFile,
				}
				return a.print(view, func() {
					fmt.Fprintf(a.out, "configuration  %s\ndata           %s\nsecret         %s\n"+
						"Edit the configuration, add yourself with 'helpgate agent add', "+
						"then run 'helpgate serve'.\n",
						path, w.config.DataDir, w.config.Site.SecretFile)
				})
			})
		},
	}
}

// writeSample writes the sample configuration; one that is there already is left as it is.
func writeSample(dir, path string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	_, err = f.WriteString(config.Sample())
	return errors.Join(err, f.Close())
}

func migrateCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Bring the database to this program's schema", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(w *world) error {
				return a.print(map[string]bool{"created": w.db.Created}, func() {
					fmt.Fprintln(a.out, "the database has the schema of this program")
				})
			})
		},
	}
}
