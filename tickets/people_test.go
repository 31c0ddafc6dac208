package tickets

import "testing"

func TestOnlyLanguagesWithTextsAreAnswered(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{
		"en": "en", "en-GB": "en", "zh": "zh", "zh-Hant": "zh", "de": "", "": "", "zho": "",
	} {
		if got := LocaleOf(language); got != want {
			t.Errorf("%q: %q, want %q", language, got, want)
		}
	}
}
