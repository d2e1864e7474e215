package main

import "testing"

func TestPaceBoundsGarbage(t *testing.T) {
	for live, want := range map[uint64]int{
		0: mostPace, 1 << 20: mostPace, 12 << 20: mostPace, 24 << 20: 200, 48 << 20: 100, 100 << 20: 32, 120 << 20: 20, 1 << 30: leastPace, 1 << 40: leastPace,
	} {
		if got := paceFor(live); got != want {
			t.Errorf("with %d bytes in use the pace is %d, want %d", live, got, want)
		}
	}
}
