//go:build race

package cputime

// slower is how much slower the race detector makes code, at most.
const slower = 10
