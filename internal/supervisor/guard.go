//go:build linux || darwin

package supervisor

import (
	"bufio"
	"encoding/json"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A Guard is the part of this process in supervision: parent or child. The nil
// Guard does nothing, for programs that embed the commands, such as tests.
type Guard struct {
	child  bool
	stderr *os.File
	fatal  *os.File // standard error of the child; kept, because the collector closes files
	deaths []*Death // of the children before this one

	piece   sync.Mutex    // is held while a piece of work is done
	pieces  int           // that were done
	spent   time.Duration // processor time, by all of them
	allowed atomic.Int64  // bytes; see Allow

	mu    sync.Mutex
	tell  *bufio.Writer
	ended bool
}

// marker is the variable of the environment by which a child knows itself. It is
// removed at once: the programs that the child starts are no children. It holds,
// in JSON, what became of the children before.
const marker = "QUORUMWRIGHT_SUPERVISED"

// Files that the parent gives to the child. Standard error of the child is for
// the Go runtime, whose words on a fatal error nobody is to see.
const (
	reportFile = 3
	stderrFile = 4
)

// current is the Guard of this process, which is a child or is none: there is
// nothing between.
var current atomic.Pointer[Guard]

// Enter finds out what this process is. A child sets its limits: call it before
// anything is read.
func Enter() *Guard {
	g := &Guard{stderr: os.Stderr}
	before := os.Getenv(marker)
	if before == "" {
		return g
	}
	os.Unsetenv(marker)
	var info syscall.Stat_t
	if err := syscall.Fstat(reportFile, &info); err != nil || info.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return g // somebody set the variable for a reason of his own
	}
	syscall.CloseOnExec(reportFile)
	syscall.CloseOnExec(stderrFile)
	g.child = true
	_ = json.Unmarshal([]byte(before), &g.deaths) // the parent wrote it
	g.tell = bufio.NewWriter(os.NewFile(reportFile, "report"))
	g.fatal, g.stderr = os.Stderr, os.NewFile(stderrFile, "stderr")
	os.Stderr = g.stderr
	debug.SetMaxStack(maxStack)
	setLimit(syscall.RLIMIT_CORE, 0)
	limitMemory(maxTotalMemory)
	setCPU(g.besides())
	over := make(chan os.Signal, 1)
	signal.Notify(over, syscall.SIGXCPU)
	go func() {
		<-over
		g.die(Time)
	}()
	watchMemory(func() { g.die(Memory) })
	current.Store(g)
	return g
}

// Stderr is where this process tells a person what is wrong.
func (g *Guard) Stderr() *os.File { return g.stderr }

// IsParent tells whether Run can hand the work over to a child.
func (g *Guard) IsParent() bool { return g != nil && !g.child }

// Begin begins a piece of work; what says in words what it does, such as
// "rendering overlays/prod". In a child the limits hold until done is called.
// Pieces of work follow one another: Begin waits for the one before.
func Begin(what string) (done func()) {
	g := current.Load()
	if g == nil {
		return func() {}
	}
	g.piece.Lock()
	g.say("+" + strconv.Quote(what))
	start := processorTime()
	setCPU(start + maxCPU)
	limitMemory(dataSize() + maxMemory)
	return func() {
		end := processorTime()
		g.pieces++
		g.spent += end - start
		limitMemory(maxTotalMemory)
		setCPU(g.besides())
		g.say("-")
		g.piece.Unlock()
	}
}

// Allow lengthens the time for what is done besides pieces of work, because so many
// bytes were read: files of any number may be read and reported.
func Allow(bytes int) {
	g := current.Load()
	if g == nil {
		return
	}
	const often = 1 << 20
	if sum := g.allowed.Add(int64(bytes)); sum/often > (sum-int64(bytes))/often && g.piece.TryLock() {
		setCPU(g.besides())
		g.piece.Unlock()
	}
}

// besides is the processor time until which something besides pieces of work may be
// done.
func (g *Guard) besides() time.Duration {
	return g.spent + maxBesides + maxPerMiB*time.Duration(g.allowed.Load()>>20)
}

// Died returns why a piece of work is not to be begun: it has ended a child before
// this one, or the pieces before it were too much together. It is nil otherwise.
// The words are those given to Begin.
func Died(what string) *Death {
	g := current.Load()
	if g == nil {
		return nil
	}
	for _, d := range g.deaths {
		if d.Work == what {
			return d
		}
	}
	g.piece.Lock()
	defer g.piece.Unlock()
	if g.spent > maxSpent+time.Duration(g.pieces)*maxEach {
		return &Death{Limit: Total, Work: what}
	}
	return nil
}

// Exit ends the process.
func (g *Guard) Exit(code int) {
	if g.child {
		g.mu.Lock()
		g.ended = true
		g.mu.Unlock()
		g.say("=" + strconv.Itoa(code))
	}
	os.Exit(code)
}

// die ends the child because of a limit that it noticed itself.
func (g *Guard) die(l Limit) {
	g.mu.Lock()
	ended := g.ended
	g.mu.Unlock()
	if ended {
		return
	}
	g.say("!" + string(l))
	os.Exit(1)
}

// say tells the parent. A parent that is gone needs to know nothing.
func (g *Guard) say(line string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, _ = g.tell.WriteString(line + "\n")
	_ = g.tell.Flush()
}
