//go:build !race

package testkit

// RaceEnabled tells that the test runs with the race detector.
const RaceEnabled = false
