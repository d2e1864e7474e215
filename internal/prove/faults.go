package prove

import (
	"fmt"
	"slices"
	"strings"
)

// A Fault is something that is done to the pods on purpose.
type Fault string

// The faults.
const (
	KillMaster   Fault = "master"
	KillSentinel Fault = "sentinel"
	KillAll      Fault = "all"
	Partition    Fault = "partition"
	Crash        Fault = "crash"
	Freeze       Fault = "freeze"
	Delete       Fault = "delete"
	Rollout      Fault = "rollout"
	LoseVolume   Fault = "volume"
	LoseData     Fault = "data"
	Stale        Fault = "stale"
	Sentinels    Fault = "sentinels"
	Rotate       Fault = "rotate"
	Rotation     Fault = "rotation"
	Tilt         Fault = "tilt"
)

// faults are all faults, with what they do.
var faults = []struct {
	Fault
	does string
}{
	{KillMaster, "the master's pod is lost with its node, and comes back when another is promoted"},
	{KillSentinel, "a Sentinel crashes, and is started again"},
	{KillAll, "every pod is lost, and all come back at once"},
	{Partition, "the master's pod is cut off the network, until another is promoted"},
	{Crash, "the master's container crashes, and is started again"},
	{Freeze, "the master's processes stand still (SIGSTOP), until another is promoted"},
	{Delete, "the master's pod is deleted: hooks run, and it has time to go"},
	{Rollout, "all pods are replaced one after the other, each when the one before is ready"},
	{LoseVolume, "the master's pod is lost with its volumes"},
	{LoseData, "the master's container crashes, and finds its data gone"},
	{Stale, "the master's pod is lost, later all others; the first one lost starts first"},
	{Sentinels, "all Sentinels but one crash, and are started again"},
	{Rotate, "the password is changed in the Secret, and all pods are replaced at once"},
	{Rotation, "the password is changed in the Secret, and all pods are replaced one after the other"},
	{Tilt, "a Sentinel is held up, so that it does nothing for half a minute (TILT), and the master's pod is deleted"},
}

// ParseFault reads the name of a fault.
func ParseFault(name string) (Fault, error) {
	for _, f := range faults {
		if string(f.Fault) == name {
			return f.Fault, nil
		}
	}
	return "", fmt.Errorf("%q is none of %s", name, strings.Join(FaultNames(), ", "))
}

// FaultNames returns the names of all faults.
func FaultNames() []string {
	var names []string
	for _, f := range faults {
		names = append(names, string(f.Fault))
	}
	return names
}

// Describe says what the fault does.
func (f Fault) Describe() string {
	i := slices.IndexFunc(faults, func(g struct {
		Fault
		does string
	}) bool {
		return g.Fault == f
	})
	return faults[i].does
}

// promotes tells whether the fault has to make another pod the master.
func (f Fault) promotes() bool {
	switch f {
	case KillMaster, Partition, Freeze, Delete, Tilt, LoseVolume, LoseData:
		return true
	}
	return false
}

// interrupts tells whether writes are to be expected to fail for a while.
func (f Fault) interrupts() bool {
	switch f {
	case KillSentinel, Sentinels, Rollout, Rotation:
		return false
	}
	return true
}

// isolates tells whether the old master lives on without knowing of the new one.
// Nothing but min-replicas-to-write can keep it from taking writes then.
func (f Fault) isolates() bool { return f == Partition || f == Freeze }
