package mails

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// What the collection holds at least.
const (
	minChinese   = 150 // mails of Chinese clients
	minAutomatic = 60  // notices of absence and of failed or late delivery
	minLanguages = 12  // of those notices
)

// inLanguage finds the language that the readme of an automatic mail names behind its first word.
var inLanguage = regexp.MustCompile(`^\w+ \[([a-z]{2})(-[A-Za-z]+)?\]`)

func TestCollectionIsLargeEnoughAndHalfOfItWasWrittenBeforeItsReader(t *testing.T) {
	t.Parallel()
	all, before, chinese, automatic := 0, 0, 0, 0
	languages := map[string]bool{}
	for _, group := range groups {
		for _, name := range fixtures(t, group) {
			readme, err := os.ReadFile(filepath.Join(group, name+".readme"))
			if err != nil {
				t.Fatal(err)
			}
			all++
			if string(begun.Find(readme)) == "before" {
				before++
			}
			if group == "zh" {
				chinese++
			}
			if group != "auto" {
				continue
			}
			language := inLanguage.FindSubmatch(readme)
			if language == nil {
				t.Errorf("%s/%s: no language behind the first word of .readme", group, name)
				continue
			}
			kind := readObject(t, filepath.Join(group, name+".want.json"))["auto_kind"]
			if slices.Contains([]any{"ooo", "bounce", "dsn-delay"}, kind) {
				automatic++
				languages[string(language[1])] = true
			}
		}
	}
	if chinese < minChinese || automatic < minAutomatic || len(languages) < minLanguages ||
		2*before < all {
		t.Errorf("%d Chinese mails, %d notices in %d languages, %d of %d written before",
			chinese, automatic, len(languages), before, all)
	}
}
