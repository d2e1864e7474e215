//go:build linux || darwin

package supervisor

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test program be a supervised program: with a first argument
// "do" it runs the work of that name in a child, as the command does.
func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[1] != "do" {
		os.Exit(m.Run())
	}
	g := Enter()
	if g.IsParent() {
		code, err := g.Run("", os.Stdin)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 99
		}
		g.Exit(code)
	}
	g.Exit(work[os.Args[2]](g))
}

// work is what a child does in the tests.
var work = map[string]func(*Guard) int{
	"code": func(*Guard) int { return 2 },
	"echo": func(g *Guard) int {
		_, _ = io.Copy(os.Stdout, os.Stdin)
		fmt.Fprintln(g.Stderr(), "to a person")
		return 0
	},
	"stack": func(*Guard) int {
		defer Begin("digging")()
		return dig(0)
	},
	"memory": func(*Guard) int {
		defer Begin("hoarding")()
		for n := 1 << 20; ; n *= 2 {
			hoard = append(hoard, make([]byte, n))
		}
	},
	"time": func(*Guard) int {
		defer Begin("turning")()
		for n := 0; ; n++ {
			if n < 0 {
				return n
			}
		}
	},
	"panic": func(*Guard) int {
		defer Begin("stumbling")()
		var m map[string]int
		go func() { m["secret"] = 1 }() // nothing can recover it
		select {}
	},
	// Two pieces of work that are too much together, but not each.
	"pieces": func(*Guard) int {
		for range 3 {
			done := Begin("hoarding a little")
			hoard = append(hoard, make([]byte, 600<<20))
			done()
		}
		return 0
	},
	// Each piece is modest, but there seem to have been many dear ones.
	"many": func(g *Guard) int {
		g.spent = maxSpent + 2*maxEach
		for range 4 {
			if d := Died("one more"); d != nil {
				fmt.Println(d.Limit, d.Spent())
				continue
			}
			Begin("one more")()
			fmt.Println("done")
		}
		g.pieces = 10 // among as many others it is little
		if Died("one more") == nil {
			fmt.Println("not too much")
		}
		return 0
	},
	"besides": func(g *Guard) int {
		before := g.besides()
		Allow(3 << 19)
		Allow(3 << 19)
		fmt.Println(before, g.besides()-before)
		return 0
	},
	"interrupted": func(*Guard) int {
		fmt.Println("ready")
		time.Sleep(time.Minute)
		return 0
	},
	"environment": func(*Guard) int {
		fmt.Print(os.Getenv(marker))
		return 0
	},
}

var hoard [][]byte

func dig(n int) int {
	if n < 0 {
		return n
	}
	return dig(n+1) + 1
}

func program(t *testing.T, what string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exec.Command(exe, "do", what)
}

func run(t *testing.T, what, stdin string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := program(t, what)
	var out, fails bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &fails
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), fails.String()
}

func TestChildIsTransparent(t *testing.T) {
	if code, out, fails := run(t, "code", ""); code != 2 || out+fails != "" {
		t.Errorf("%d %q %q", code, out, fails)
	}
	if code, out, fails := run(t, "echo", "a\nb"); code != 0 || out != "a\nb" || fails != "to a person\n" {
		t.Errorf("%d %q %q", code, out, fails)
	}
	if _, out, _ := run(t, "environment", ""); out != "" {
		t.Errorf("programs that the child starts take themselves for children: %q", out)
	}
}

func TestDeaths(t *testing.T) {
	for what, want := range map[string]string{
		"stack":  "resource limit: stack: digging took more than 64 MiB\n",
		"memory": "resource limit: memory: hoarding took more than 1 GiB\n",
		"panic":  "internal error while stumbling; please report what you ran\n",
	} {
		t.Run(what, func(t *testing.T) {
			if code, out, fails := run(t, what, ""); code != 99 || out != "" || fails != want {
				t.Errorf("%d %q %q", code, out, fails)
			}
		})
	}
}

// TestEndlessWork uses up all the processor time of a piece of work.
func TestEndlessWork(t *testing.T) {
	if testing.Short() {
		t.Log("not with -short: it takes 10 s")
		return
	}
	if code, out, fails := run(t, "time", ""); code != 99 || out != "" || fails != "resource limit: time: turning took more than 10 s\n" {
		t.Errorf("%d %q %q", code, out, fails)
	}
}

func TestLimitsHoldForOnePieceOfWork(t *testing.T) {
	if code, _, fails := run(t, "pieces", ""); code != 0 || fails != "" {
		t.Errorf("%d %q", code, fails)
	}
}

func TestLimitsOfAllPieces(t *testing.T) {
	want := strings.Repeat("total more than 60 s of processor time\n", 4) + "not too much\n"
	if code, out, fails := run(t, "many", ""); code != 0 || out != want || fails != "" {
		t.Errorf("%d %q %q", code, out, fails)
	}
}

// TestTimeBesidesPieces holds that what is read lengthens the time, by whole MiB.
func TestTimeBesidesPieces(t *testing.T) {
	if code, out, fails := run(t, "besides", ""); code != 0 || out != "1m0s 3s\n" || fails != "" {
		t.Errorf("%d %q %q", code, out, fails)
	}
}

func TestSignalsGoToTheChild(t *testing.T) {
	cmd := program(t, "interrupted")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var fails bytes.Buffer
	cmd.Stderr = &fails
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGTERM) || fails.Len() > 0 {
		t.Errorf("%d %q", code, fails.String())
	}
}

// TestMarkerAlone sets the variable by which a child knows itself for a program
// that nobody supervises.
func TestMarkerAlone(t *testing.T) {
	cmd := program(t, "echo")
	cmd.Env = append(os.Environ(), marker+"=1")
	cmd.Stdin = strings.NewReader("a")
	if out, err := cmd.Output(); err != nil || string(out) != "a" {
		t.Errorf("%q %v", out, err)
	}
}

func TestHeadKeepsTheFirst(t *testing.T) {
	var h head
	for range 3 {
		if n, err := h.Write(bytes.Repeat([]byte{'x'}, maxHead/2+1)); n != maxHead/2+1 || err != nil {
			t.Fatal(n, err)
		}
	}
	if h.text.Len() != maxHead {
		t.Errorf("it keeps %d bytes", h.text.Len())
	}
}
