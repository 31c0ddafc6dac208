//go:build !race

package testkit

// raceEnabled tells that the test runs with the race detector.
const raceEnabled = false
