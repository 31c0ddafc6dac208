package config

import "strings"

// nearestKey returns the full name of the declared key most like name, such as "smtp.listen" for
// "smpt.listen". A wrong last word weighs double: people know the word and guess the section.
func nearestKey(name string) string {
	best, least := "", -1
	for _, s := range sections {
		for _, k := range s.keys {
			for _, spelt := range k.names() {
				full := join(s.name, spelt)
				if d := unlikeness(name, full); least < 0 || d < least {
					best, least = full, d
				}
			}
		}
	}
	return best
}

// nearestSection is nearestKey for the name of a table.
func nearestSection(name string) string {
	best, least := "", -1
	for _, s := range sections {
		if s.name == "" {
			continue
		}
		if d := unlikeness(name, s.name); least < 0 || d < least {
			best, least = s.name, d
		}
	}
	return best
}

func unlikeness(a, b string) int {
	sectionA, lastA := cutLast(a)
	sectionB, lastB := cutLast(b)
	return 2*distance(lastA, lastB) + distance(sectionA, sectionB)
}

// cutLast splits "a.b.c" into "a.b" and "c".
func cutLast(name string) (before, last string) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// join is cutLast undone.
func join(before, last string) string {
	if before == "" {
		return last
	}
	return before + "." + last
}

// maxNameLength bounds the work of distance for a name that a file may make as long as it likes.
const maxNameLength = 100

// distance counts the bytes to add, drop or change until a is b (Levenshtein).
func distance(a, b string) int {
	a, b = a[:min(len(a), maxNameLength)], b[:min(len(b), maxNameLength)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
