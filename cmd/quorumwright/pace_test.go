package main

import "testing"

func TestPaceBoundsGarbage(t *testing.T) {
	for live, want := range map[uint64]int{
		0: mostPace, 1 << 20: mostPace, 5 << 20: mostPace, 8 << 20: 550, 12 << 20: 333, 24 << 20: 116, 40 << 20: 30, 100 << 20: 12, 120 << 20: 10, 1 << 30: leastPace, 1 << 40: leastPace,
	} {
		if got := paceFor(live); got != want {
			t.Errorf("with %d bytes in use the pace is %d, want %d", live, got, want)
		}
	}
}
