//go:build unix

package peers

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
)

// A command is a program with its arguments, started in a folder.
type command struct {
	name string
	args []string
	dir  string
	// times is how often the work takes the command: a program that renders one
	// environment is started once for each.
	times int
	// before, if any, is run and not counted.
	before func() error
}

func (c *command) perWork() float64 { return float64(max(c.times, 1)) }

// A cost is what one run of a command takes.
type cost struct {
	cpu  float64 // user and system, in milliseconds
	peak float64 // of the resident memory, in MiB
}

// run starts the command and waits for it. Its output is thrown away, and its
// exit code is its own affair: linters find something.
func (c *command) run(dir string) (cost, error) {
	if c.before != nil {
		if err := c.before(); err != nil {
			return cost{}, err
		}
	}
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Dir = cmp.Or(c.dir, dir)
	// The caches of this user are none of the measurement.
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+dir+"/cache", "NO_COLOR=1")
	if err := cmd.Run(); err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			return cost{}, err
		}
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	peak := float64(usage.Maxrss) / (1 << 10)
	if runtime.GOOS == "darwin" {
		peak /= 1 << 10 // in bytes there
	}
	return cost{float64(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()) / 1e6, peak}, nil
}

// A work is done by quorumwright and by its peers.
type work struct {
	name  string
	large bool // takes long: fewer runs
	envs  int  // how many environments it covers
	need  func() error
	ours  command
	peers []command
}

// measure prints a row for each peer that is there; one alone if none is.
func (w *work) measure(c *corpora, runs int) error {
	if w.need != nil {
		if err := w.need(); err != nil {
			return err
		}
	}
	if w.large {
		runs = max(runs/3, 5)
	}
	name, alone := w.name, true
	for _, peer := range w.peers {
		at, err := exec.LookPath(peer.args[0])
		if err != nil {
			continue
		}
		alone = false
		if at, err = c.copied(at); err != nil {
			return err
		}
		peer.args = append([]string{at}, peer.args[1:]...)
		var ours, theirs, ratios, peaks []float64
		for i := range runs + 1 {
			a, err := w.ours.run(c.dir)
			if err != nil {
				return err
			}
			b, err := peer.run(c.dir)
			if err != nil {
				return err
			}
			if i == 0 {
				continue // warms the disk's cache
			}
			b.cpu *= peer.perWork()
			ours, theirs, peaks = append(ours, a.cpu), append(theirs, b.cpu), append(peaks, a.peak)
			if b.cpu > 0 {
				ratios = append(ratios, a.cpu/b.cpu)
			}
		}
		fmt.Printf("| %s | %.1f | %.2f | %.0f | %s | %.1f | %.2f |\n",
			name, median(ours), median(ours)/float64(max(w.envs, 1)), median(peaks), peer.name, median(theirs), median(ratios))
		name = ""
	}
	if !alone {
		return nil
	}
	var ours, peaks []float64
	for range runs {
		a, err := w.ours.run(c.dir)
		if err != nil {
			return err
		}
		ours, peaks = append(ours, a.cpu), append(peaks, a.peak)
	}
	fmt.Printf("| %s | %.1f | %.2f | %.0f | | | |\n", w.name, median(ours), median(ours)/float64(max(w.envs, 1)), median(peaks))
	return nil
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}
