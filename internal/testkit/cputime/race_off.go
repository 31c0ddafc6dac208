//go:build !race

package cputime

// slower is how much slower the race detector makes code, which is not here.
const slower = 1
